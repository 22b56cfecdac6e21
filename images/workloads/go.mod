module reconverge.dev/images/workloads

go 1.24
