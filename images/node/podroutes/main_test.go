package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func node(name, podCIDR, address string) *v1.Node {
	n := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1.NodeSpec{PodCIDR: podCIDR}}
	n.Status.Addresses = []v1.NodeAddress{{Type: v1.NodeHostName, Address: name}}
	if address != "" {
		n.Status.Addresses = append(n.Status.Addresses, v1.NodeAddress{Type: v1.NodeInternalIP, Address: address})
	}
	return n
}

// Every other node that has both a subnet and an address gets a route; the own node and half-made ones do not.
func TestSplit(t *testing.T) {
	own, others := split([]*v1.Node{
		node("a", "10.244.0.0/24", "172.18.0.2"), node("b", "10.244.1.0/24", "172.18.0.3"),
		node("c", "", "172.18.0.4"), node("d", "10.244.3.0/24", ""),
	}, "a")
	if own != "10.244.0.0/24" || !maps.Equal(others, map[string]string{"10.244.1.0/24": "172.18.0.3"}) {
		t.Fatalf("own %q, others %v", own, others)
	}
}

// Only a change of subnet or address wakes us; heartbeats do not.
func TestPlace(t *testing.T) {
	before, after := node("b", "10.244.1.0/24", "172.18.0.3"), node("b", "10.244.1.0/24", "172.18.0.3")
	after.Status.Conditions = []v1.NodeCondition{{Type: v1.NodeReady}}
	if place(before) != place(after) {
		t.Fatal("a heartbeat looks like a move")
	}
	if place(before) == place(node("b", "10.244.1.0/24", "172.18.0.4")) {
		t.Fatal("a move goes unnoticed")
	}
}

// The network file names the subnet, is replaced whole, and a nonsense subnet never reaches it.
func TestWriteNetwork(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.conflist")
	if err := writeNetwork(path, "10.244.7.0/24"); err != nil {
		t.Fatal(err)
	}
	if err := writeNetwork(path, "nonsense"); err == nil {
		t.Fatal("nonsense was accepted")
	}
	content, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(content), `"subnet": "10.244.7.0/24"`) {
		t.Fatalf("%v: %s", err, content)
	}
}
