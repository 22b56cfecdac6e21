// Podroutes is the pod network of a node: it tells the container runtime which addresses the node's pods
// get, and the kernel which node has every other node's pods.
//
// It runs on each node's own network and watches the Node objects. Nodes come back with other addresses,
// links go away and return with their routes lost, nodes are deleted: after each such event the whole
// wanted state is worked out again and the difference applied, so no order of events leaves a stale route.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// resync repairs what changed without an event, such as a route deleted by hand.
const resync = 15 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Getenv("NODE_NAME"), os.Getenv("POD_SUBNET")); err != nil {
		klog.ErrorS(err, "podroutes ends")
		os.Exit(1)
	}
}

func run(ctx context.Context, nodeName, podSubnet string) error {
	client, err := connect(os.Getenv("CONTROL_PLANE_ENDPOINT"))
	if err != nil {
		return err
	}
	changed := make(chan struct{}, 1)
	nodes, err := watchNodes(ctx, client, changed)
	if err != nil {
		return err
	}
	if err := watchLinks(ctx, changed); err != nil {
		return err
	}
	for {
		if err := reconcile(nodes, nodeName, podSubnet); err != nil {
			klog.ErrorS(err, "not everything could be applied; trying again", "after", resync)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-time.After(resync):
		}
	}
}

// connect reaches the API server by the control plane's name: the service address needs kube-proxy, which
// may be the one that is waiting for us.
func connect(endpoint string) (*kubernetes.Clientset, error) {
	config, err := rest.InClusterConfig()
	if err != nil {
		return nil, err
	}
	if endpoint != "" {
		config.Host = "https://" + endpoint
	}
	return kubernetes.NewForConfig(config)
}

func notify(changed chan<- struct{}) {
	select {
	case changed <- struct{}{}:
	default: // one is waiting already; it will see this change too
	}
}

// watchNodes follows the nodes. The informer lists again by itself whenever its watch breaks.
func watchNodes(ctx context.Context, client kubernetes.Interface, changed chan<- struct{}) (listers.NodeLister, error) {
	factory := informers.NewSharedInformerFactory(client, 0)
	informer := factory.Core().V1().Nodes()
	_, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { notify(changed) },
		DeleteFunc: func(any) { notify(changed) },
		UpdateFunc: func(before, after any) {
			if place(before.(*v1.Node)) != place(after.(*v1.Node)) {
				notify(changed)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.Informer().HasSynced) {
		return nil, fmt.Errorf("ended before the nodes could be listed")
	}
	return informer.Lister(), nil
}

// watchLinks wakes us when an address comes or goes: a network that was disconnected and connected again
// has lost its routes, though no Node object changed.
func watchLinks(ctx context.Context, changed chan<- struct{}) error {
	updates := make(chan netlink.AddrUpdate)
	if err := netlink.AddrSubscribe(updates, ctx.Done()); err != nil {
		return fmt.Errorf("subscribing to address changes: %w", err)
	}
	go func() {
		for range updates {
			notify(changed)
		}
	}()
	return nil
}

// place is all of a node that we care about: its pods' subnet and the address behind which they live.
func place(node *v1.Node) string { return node.Spec.PodCIDR + " via " + internalIP(node) }

func internalIP(node *v1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == v1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}

func reconcile(lister listers.NodeLister, nodeName, podSubnet string) error {
	nodes, err := lister.List(labels.Everything())
	if err != nil {
		return err
	}
	own, wanted := split(nodes, nodeName)
	if own == "" {
		klog.InfoS("this node has no pod subnet yet")
		return nil
	}
	if err := writeNetwork(networkFile, own); err != nil {
		return err
	}
	if err := masquerade(podSubnet); err != nil {
		return err
	}
	return applyRoutes(wanted)
}

// split gives this node's own pod subnet and, for every other node, pod subnet -> address.
func split(nodes []*v1.Node, nodeName string) (string, map[string]string) {
	own, others := "", map[string]string{}
	for _, node := range nodes {
		switch {
		case node.Name == nodeName:
			own = node.Spec.PodCIDR
		case node.Spec.PodCIDR != "" && internalIP(node) != "":
			others[node.Spec.PodCIDR] = internalIP(node)
		}
	}
	return own, others
}
