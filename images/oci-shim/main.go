// Runc-shim stands in for runc where the machine itself lacks a capability.
//
// `docker run --privileged` (kind uses nothing else) and Kubernetes' own privileged pods ask for every
// capability the kernel knows. On a machine whose capability bounding set lacks one (many virtual machines
// and nested containers drop CAP_SYS_RESOURCE), runc refuses: "unable to apply caps: operation not
// permitted". The shim takes out of the request what the machine cannot give and then becomes runc, with
// the same arguments. Where nothing is missing it changes nothing.
//
// It serves twice, as dockerd's runtime on the host and as containerd's runtime inside a node.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	if path := requestFile(os.Args[1:]); path != "" {
		if err := adaptFile(path, filepath.Base(path) == "config.json"); err != nil {
			fail(fmt.Errorf("adapting %s: %w", path, err))
		}
	}
	runc, err := realRunc()
	if err != nil {
		fail(err)
	}
	fail(syscall.Exec(runc, append([]string{"runc"}, os.Args[1:]...), os.Environ()))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "runc-shim:", err)
	os.Exit(1)
}

// realRunc is where the distributions (/usr/sbin: Debian; /usr/bin: Docker's own packages) put runc.
func realRunc() (string, error) {
	if path := os.Getenv("RECONVERGE_RUNC"); path != "" {
		return path, nil
	}
	for _, path := range []string{"/usr/bin/runc", "/usr/sbin/runc"} {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no runc in /usr/bin or /usr/sbin; set RECONVERGE_RUNC")
}

// requestFile finds the JSON file in which runc's caller says what it wants, or "" when the call has none.
func requestFile(args []string) string {
	verb, options := subcommand(args)
	switch verb {
	case "create", "run", "restore":
		bundle := option(options, "--bundle", "-b")
		return existing(filepath.Join(bundle, "config.json"))
	case "exec":
		return existing(option(options, "--process", "-p"))
	}
	return ""
}

// existing leaves a missing file to runc, whose message its callers understand.
func existing(path string) string {
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// subcommand splits runc's arguments at its verb; these are the global options that take a value.
func subcommand(args []string) (string, []string) {
	valued := []string{"--log", "--log-format", "--root", "--criu", "--rootless"}
	for i := 0; i < len(args); i++ {
		if slices.Contains(valued, args[i]) {
			i++
		} else if !strings.HasPrefix(args[i], "-") {
			return args[i], args[i+1:]
		}
	}
	return "", nil
}

// option reads `--name VALUE`, `--name=VALUE` and the short forms.
func option(args []string, names ...string) string {
	for i, arg := range args {
		name, value, joined := strings.Cut(arg, "=")
		if !slices.Contains(names, name) {
			continue
		}
		if joined {
			return value
		}
		if i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

type object = map[string]json.RawMessage

// adaptFile rewrites the request in place. Fields it does not know keep their exact bytes.
func adaptFile(path string, isBundle bool) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	machine, err := ownLimits()
	if err != nil {
		return err
	}
	var adapted []byte
	if isBundle {
		adapted, err = adaptBundle(raw, machine)
	} else {
		adapted, err = adaptProcess(raw, machine)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, adapted, 0o600)
}

func adaptBundle(raw []byte, machine limits) ([]byte, error) {
	var bundle object
	if err := json.Unmarshal(raw, &bundle); err != nil {
		return nil, err
	}
	if bundle["process"] == nil {
		return raw, nil
	}
	process, err := adaptProcess(bundle["process"], machine)
	if err != nil {
		return nil, err
	}
	bundle["process"] = process
	return json.Marshal(bundle)
}

// adaptProcess drops capabilities the machine lacks from all five sets. Without CAP_SYS_RESOURCE a process
// cannot make itself less likely to be killed than its parent, so such an oom_score_adj is raised to ours.
func adaptProcess(raw []byte, machine limits) ([]byte, error) {
	var process object
	if err := json.Unmarshal(raw, &process); err != nil {
		return nil, err
	}
	if err := keepAllowed(process, machine); err != nil {
		return nil, err
	}
	var score int
	if field := process["oomScoreAdj"]; field != nil && !machine.allows["CAP_SYS_RESOURCE"] {
		if err := json.Unmarshal(field, &score); err != nil {
			return nil, err
		}
		process["oomScoreAdj"] = []byte(strconv.Itoa(max(score, machine.oomScoreAdj)))
	}
	return json.Marshal(process)
}

func keepAllowed(process object, machine limits) error {
	var sets map[string][]string
	if process["capabilities"] == nil {
		return nil
	}
	if err := json.Unmarshal(process["capabilities"], &sets); err != nil {
		return err
	}
	for name, set := range sets {
		sets[name] = slices.DeleteFunc(set, func(c string) bool { return !machine.allows[c] })
	}
	encoded, err := json.Marshal(sets)
	process["capabilities"] = encoded
	return err
}

// limits is what this machine can give to any container.
type limits struct {
	allows      map[string]bool
	oomScoreAdj int
}

func ownLimits() (limits, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return limits{}, err
	}
	_, rest, _ := strings.Cut(string(status), "CapBnd:")
	mask, err := strconv.ParseUint(strings.Fields(rest + " -")[0], 16, 64)
	if err != nil {
		return limits{}, fmt.Errorf("CapBnd of /proc/self/status: %w", err)
	}
	score, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		return limits{}, err
	}
	own, err := strconv.Atoi(strings.TrimSpace(string(score)))
	return limits{allows: capabilities(mask), oomScoreAdj: own}, err
}

func capabilities(mask uint64) map[string]bool {
	allows := map[string]bool{}
	for bit, name := range capabilityNames {
		allows["CAP_"+name] = mask&(1<<bit) != 0
	}
	return allows
}

// capabilityNames in the order of their bits: linux/capability.h.
var capabilityNames = strings.Fields(`CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID
	SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
	SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
	SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM
	BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`)
