package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// kubiaSettings are other ways to answer than the book's; the zero choice is the book's.
type kubiaSettings struct {
	answers      map[string]answer // ANSWERS="/=401 /moved=302:/here": the code of a path, and where it leads
	answerDelay  time.Duration     // ANSWER_DELAY_S: before each answer
	sickEvery    int               // SICK_EVERY: each so-manieth request is answered with 500
	isMute       bool              // LISTENER=mute: connections are accepted, and nobody speaks
	speaksGRPC   bool              // HEALTH=grpc: the gRPC health service is served as well
	closesOnUSR1 bool              // ON_SIGUSR1=close: the port is closed and the process lives on
}

type answer struct {
	code     int
	location string
}

func (a answer) write(to http.ResponseWriter) {
	if a.location != "" {
		to.Header().Set("Location", a.location)
	}
	to.WriteHeader(a.code)
}

func (k *kubiaSettings) read(env func(string) string) error {
	flags := []struct {
		name, word string
		flag       *bool
	}{
		{"LISTENER", "mute", &k.isMute},
		{"HEALTH", "grpc", &k.speaksGRPC},
		{"ON_SIGUSR1", "close", &k.closesOnUSR1},
	}
	for _, one := range flags {
		switch word := env(one.name); word {
		case "":
		case one.word:
			*one.flag = true
		default:
			return fmt.Errorf("%s=%q is not %s", one.name, word, one.word)
		}
	}
	var err error
	k.answers, err = readAnswers(env("ANSWERS"))
	return err
}

func readAnswers(text string) (map[string]answer, error) {
	var answers map[string]answer
	for _, word := range strings.Fields(text) {
		path, how, _ := strings.Cut(word, "=")
		number, location, _ := strings.Cut(how, ":")
		code, err := strconv.Atoi(number)
		if err != nil || code < 200 || code > 599 || !strings.HasPrefix(path, "/") {
			return nil, fmt.Errorf("ANSWERS: %q is not /path=code or /path=code:location", word)
		}
		if answers == nil {
			answers = map[string]answer{}
		}
		answers[path] = answer{code: code, location: location}
	}
	return answers, nil
}

// stayMute keeps what it accepts, or the garbage collector would close it.
func stayMute(listener net.Listener) error {
	var kept []net.Conn
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		fmt.Println("Accepted connection from", hostOf(connection.RemoteAddr().String()))
		kept = append(kept, connection)
	}
}

func closeOnSignal(k kubiaSettings, listener net.Listener) {
	if !k.closesOnUSR1 {
		return
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	go func() {
		<-asked
		listener.Close()
	}()
}
