// Workload is every program of "Kubernetes in Action", chapter 4, in one: kubia, ssd-monitor, batch-job.
//
// The images carry the book's names and behave as the book's do, down to the texts they print and to
// ignoring SIGTERM as the first process of their container, which is why deleting one of their pods takes
// its whole grace period. Nothing of that changes unless an environment variable says so.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// programs by the word that the image's entry point gives.
var programs = map[string]func(settings) int{
	"kubia":       serveKubia,
	"ssd-monitor": monitorDisks,
	"batch-job":   runBatch,
}

// settings come from the environment of the container; the zero choice is the book's.
type settings struct {
	startDelay      time.Duration // START_DELAY_S: before the program does anything
	healthyRequests int           // HEALTHY_REQUESTS: answered well before the first 500; -1: all
	run             time.Duration // RUN_S: how long the batch job works
	exitCode        int           // EXIT_CODE: with which the batch job ends
	exitOnSIGTERM   bool          // ON_SIGTERM=exit: end at once with 0, as a tidy program would
	kubia           kubiaSettings
}

func main() {
	program, known := programs[argument()]
	if !known {
		fmt.Fprintln(os.Stderr, "usage: workload kubia|ssd-monitor|batch-job")
		os.Exit(2)
	}
	settings, err := read(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	answerSignals(settings.exitOnSIGTERM, os.Getpid() == 1)
	time.Sleep(settings.startDelay)
	os.Exit(program(settings))
}

func argument() string {
	if len(os.Args) != 2 {
		return ""
	}
	return os.Args[1]
}

// answerSignals: the kernel gives a first process no default actions, so a program without a handler
// survives SIGTERM there and dies of it anywhere else. Go's runtime always has a handler; undo that.
func answerSignals(exit, isFirstProcess bool) {
	if exit {
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, syscall.SIGTERM)
		go func() {
			<-asked
			os.Exit(0)
		}()
	} else if isFirstProcess {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	}
}

func read(env func(string) string) (settings, error) {
	s := settings{healthyRequests: -1, run: 120 * time.Second}
	if err := s.kubia.read(env); err != nil {
		return s, err
	}
	numbers := map[string]func(int){
		"START_DELAY_S":    func(n int) { s.startDelay = time.Duration(n) * time.Second },
		"HEALTHY_REQUESTS": func(n int) { s.healthyRequests = n },
		"RUN_S":            func(n int) { s.run = time.Duration(n) * time.Second },
		"EXIT_CODE":        func(n int) { s.exitCode = n },
		"ANSWER_DELAY_S":   func(n int) { s.kubia.answerDelay = time.Duration(n) * time.Second },
		"SICK_EVERY":       func(n int) { s.kubia.sickEvery = n },
	}
	for name, set := range numbers {
		if env(name) == "" {
			continue
		}
		n, err := strconv.Atoi(env(name))
		if err != nil {
			return s, fmt.Errorf("%s=%q is not a whole number", name, env(name))
		}
		set(n)
	}
	switch word := env("ON_SIGTERM"); word {
	case "", "ignore":
	case "exit":
		s.exitOnSIGTERM = true
	default:
		return s, fmt.Errorf("ON_SIGTERM=%q is neither exit nor ignore", word)
	}
	return s, nil
}

func monitorDisks(settings) int {
	for {
		fmt.Println("SSD OK")
		time.Sleep(5 * time.Second)
	}
}

// runBatch keeps the book's spelling: it is what people find in the log.
func runBatch(s settings) int {
	fmt.Println(time.Now().UTC().Format(time.UnixDate), "Batch job starting")
	time.Sleep(s.run)
	fmt.Println(time.Now().UTC().Format(time.UnixDate), "Finished succesfully")
	return s.exitCode
}
