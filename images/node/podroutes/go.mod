// Only marks the root of this module. It is compiled with the requirements of the Kubernetes it serves:
// go build -modfile=../modules/MINOR/kubernetes/go.mod .
module reconverge.dev/images/node/podroutes
