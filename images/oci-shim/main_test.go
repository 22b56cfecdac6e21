package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lacking is a machine without CAP_SYS_RESOURCE (bit 24) whose processes run at oom_score_adj 0.
var lacking = limits{allows: capabilities(^uint64(1 << 24)), oomScoreAdj: 0}

// A bundle loses the missing capability from every set and nothing else, to the last digit.
func TestBundle(t *testing.T) {
	raw := `{"linux":{"resources":{"memory":{"limit":9223372036854775807}}},"process":{"oomScoreAdj":-998,` +
		`"capabilities":{"bounding":["CAP_CHOWN","CAP_SYS_RESOURCE"],"ambient":["CAP_SYS_RESOURCE"]},"cwd":"/"}}`
	adapted, err := adaptBundle([]byte(raw), lacking)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"linux":{"resources":{"memory":{"limit":9223372036854775807}}},"process":{` +
		`"capabilities":{"ambient":[],"bounding":["CAP_CHOWN"]},"cwd":"/","oomScoreAdj":0}}`
	if string(adapted) != want {
		t.Fatalf("got  %s\nwant %s", adapted, want)
	}
}

// A machine that lacks nothing leaves the request's meaning alone.
func TestNothingMissing(t *testing.T) {
	raw := `{"capabilities":{"bounding":["CAP_CHOWN","CAP_SYS_RESOURCE"]},"oomScoreAdj":-998}`
	adapted, err := adaptProcess([]byte(raw), limits{allows: capabilities(^uint64(0))})
	if err != nil || string(adapted) != raw {
		t.Fatalf("got %s, %v", adapted, err)
	}
}

// The request is found behind runc's global options, for create, run and exec, in every spelling.
func TestRequestFile(t *testing.T) {
	dir := t.TempDir()
	bundle, process := filepath.Join(dir, "config.json"), filepath.Join(dir, "process.json")
	for _, path := range []string{bundle, process} {
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for args, want := range map[string]string{
		"--root create --log-format json create --bundle " + dir + " --pid-file x id": bundle,
		"--systemd-cgroup run -b=" + dir + " id":                                      bundle,
		"--log l exec --process " + process + " --detach id":                          process,
		"exec -p " + process + " id":                                                  process,
		"exec id sh -c true":                                                          "",
		"create --bundle " + dir + "/missing id":                                      "",
		"kill id 9":                                                                   "",
		"--version":                                                                   "",
	} {
		if got := requestFile(strings.Fields(args)); got != want {
			t.Errorf("%s: got %q, want %q", args, got, want)
		}
	}
}

// Capability names sit at the bits the kernel gives them.
func TestCapabilityBits(t *testing.T) {
	if len(capabilityNames) != 41 || capabilityNames[24] != "SYS_RESOURCE" || capabilityNames[40] != "CHECKPOINT_RESTORE" {
		t.Fatalf("%d names, bit 24 is %s", len(capabilityNames), capabilityNames[24])
	}
}
