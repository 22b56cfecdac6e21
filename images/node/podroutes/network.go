package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"k8s.io/klog/v2"
)

const networkFile = "/etc/cni/net.d/10-podroutes.conflist"

// network is the configuration of the plugins ptp, host-local and portmap. The addresses given out are
// remembered under /run: they are forgotten with the pods when the node is stopped, however suddenly.
const network = `{
  "cniVersion": "0.4.0",
  "name": "podroutes",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": false,
      "mtu": %d,
      "ipam": {
        "type": "host-local",
        "dataDir": "/run/podroutes",
        "ranges": [[{"subnet": "%s"}]],
        "routes": [{"dst": "0.0.0.0/0"}]
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`

// writeNetwork replaces the file in one step: the runtime reads it at any moment.
func writeNetwork(path, podCIDR string) error {
	if _, _, err := net.ParseCIDR(podCIDR); err != nil {
		return err
	}
	content := fmt.Appendf(nil, network, uplinkMTU(), podCIDR)
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	half := filepath.Join(filepath.Dir(path), ".half-written")
	if err := os.WriteFile(half, content, 0o644); err != nil {
		return err
	}
	klog.InfoS("pod network written", "podCIDR", podCIDR)
	return os.Rename(half, path)
}

// uplinkMTU keeps pods' packets small enough for the node's own network.
func uplinkMTU() int {
	if link, err := netlink.LinkByName("eth0"); err == nil {
		return link.Attrs().MTU
	}
	return 1500
}

// ours marks our routes among the kernel's, so that stale ones are found after a restart too.
const ours = netlink.RouteProtocol(119)

// applyRoutes makes our routes exactly the wanted ones (pod subnet -> node address). A node that cannot be
// reached just now, because our own network is away, keeps the others from nothing.
func applyRoutes(wanted map[string]string) error {
	var failures []error
	for podCIDR, address := range wanted {
		if err := replaceRoute(podCIDR, address); err != nil {
			failures = append(failures, fmt.Errorf("route to %s via %s: %w", podCIDR, address, err))
		}
	}
	return errors.Join(append(failures, removeStaleRoutes(wanted))...)
}

func replaceRoute(podCIDR, address string) error {
	_, subnet, err := net.ParseCIDR(podCIDR)
	if err != nil {
		return err
	}
	return netlink.RouteReplace(&netlink.Route{Dst: subnet, Gw: net.ParseIP(address), Protocol: ours})
}

func removeStaleRoutes(wanted map[string]string) error {
	mine := &netlink.Route{Protocol: ours, Table: unix.RT_TABLE_MAIN}
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_V4, mine, netlink.RT_FILTER_PROTOCOL|netlink.RT_FILTER_TABLE)
	if err != nil {
		return err
	}
	var failures []error
	for _, route := range routes {
		if route.Dst != nil && wanted[route.Dst.String()] == route.Gw.String() {
			continue
		}
		klog.InfoS("removing a stale route", "route", route.String())
		failures = append(failures, netlink.RouteDel(&route))
	}
	return errors.Join(failures...)
}

// masquerade hides pods behind their node towards everything that is not a pod, since nobody else knows
// the way back to them.
func masquerade(podSubnet string) error {
	if podSubnet == "" {
		return nil
	}
	rule := []string{"POSTROUTING", "-s", podSubnet, "!", "-d", podSubnet, "-m", "addrtype", "!", "--dst-type", "LOCAL",
		"-m", "comment", "--comment", "podroutes: pods leave the pod network as their node", "-j", "MASQUERADE"}
	if iptables("-C", rule) == nil {
		return nil
	}
	return iptables("-A", rule)
}

func iptables(verb string, rule []string) error {
	command := exec.Command("iptables", append([]string{"-w", "-t", "nat", verb}, rule...)...)
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("iptables %s: %w: %s", verb, err, bytes.TrimSpace(said))
	}
	return nil
}
