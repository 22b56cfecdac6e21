package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"
)

func get(server *kubia) (int, string) {
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	return answer.Code, answer.Body.String()
}

// The unhealthy kubia answers five requests well; the sixth and all after it get 500.
func TestUnhealthyFromTheSixthRequestOn(t *testing.T) {
	server := &kubia{hostname: "kubia-1", healthy: 5}
	for number := 1; number <= 8; number++ {
		wantCode, wantBody := 200, "You've hit kubia-1\n"
		if number > 5 {
			wantCode, wantBody = 500, "I'm not well. Please restart me!\n"
		}
		if code, body := get(server); code != wantCode || body != wantBody {
			t.Errorf("request %d: got %d %q", number, code, body)
		}
	}
}

// The healthy kubia never tires.
func TestHealthy(t *testing.T) {
	server := &kubia{hostname: "kubia-1", healthy: -1}
	for number := 1; number <= 50; number++ {
		if code, _ := get(server); code != 200 {
			t.Fatalf("request %d: %d", number, code)
		}
	}
}

// Without any setting everything is as in the book; each setting changes its own thing; nonsense is refused.
func TestSettings(t *testing.T) {
	book, err := read(func(string) string { return "" })
	if err != nil || !reflect.DeepEqual(book, settings{healthyRequests: -1, run: 2 * time.Minute}) {
		t.Errorf("got %+v, %v", book, err)
	}
	env := map[string]string{"RUN_S": "3", "EXIT_CODE": "7", "HEALTHY_REQUESTS": "0", "START_DELAY_S": "2", "ON_SIGTERM": "exit",
		"ANSWERS": "/=401 /moved=302:/here", "ANSWER_DELAY_S": "1", "SICK_EVERY": "3", "LISTENER": "mute", "HEALTH": "grpc", "ON_SIGUSR1": "close"}
	want := settings{startDelay: 2 * time.Second, run: 3 * time.Second, exitCode: 7, exitOnSIGTERM: true, kubia: kubiaSettings{
		answers:     map[string]answer{"/": {code: 401}, "/moved": {code: 302, location: "/here"}},
		answerDelay: time.Second, sickEvery: 3, isMute: true, speaksGRPC: true, closesOnUSR1: true}}
	if got, err := read(func(name string) string { return env[name] }); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"RUN_S", "ON_SIGTERM", "ANSWERS", "SICK_EVERY", "LISTENER", "HEALTH", "ON_SIGUSR1"} {
		if _, err := read(func(name string) string { return map[string]string{bad: "soon"}[name] }); err == nil {
			t.Errorf("%s=soon was accepted", bad)
		}
	}
}

// A path has the answer it was given; every other path has the book's.
func TestAnswersByPath(t *testing.T) {
	answers, err := readAnswers("/=401 /moved=302:/here")
	if err != nil {
		t.Fatal(err)
	}
	server := &kubia{hostname: "kubia-1", healthy: -1, settings: kubiaSettings{answers: answers}}
	for path, want := range map[string]int{"/": 401, "/moved": 302, "/health": 200} {
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		if answer.Code != want {
			t.Errorf("%s: got %d", path, answer.Code)
		}
		if location := answer.Header().Get("Location"); path == "/moved" && location != "/here" {
			t.Errorf("it leads to %q", location)
		}
	}
}

// One that is sick now and then is well in between.
func TestSickEveryThirdRequest(t *testing.T) {
	server := &kubia{hostname: "kubia-1", healthy: -1, settings: kubiaSettings{sickEvery: 3}}
	for number := 1; number <= 9; number++ {
		want := 200
		if number%3 == 0 {
			want = 500
		}
		if code, _ := get(server); code != want {
			t.Errorf("request %d: got %d", number, code)
		}
	}
}

// A client of gRPC finds the service to be serving; its status comes in the trailer.
func TestHealthServiceServes(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go serve(settings{healthyRequests: -1, kubia: kubiaSettings{speaksGRPC: true}}, "kubia-1", listener)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	url := "http://" + listener.Addr().String() + "/grpc.health.v1.Health/Check"
	answer, err := (&http.Client{Transport: transport}).Post(url, "application/grpc", nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || string(body) != string(serving) || answer.Trailer.Get("Grpc-Status") != "0" {
		t.Errorf("got %v, %v, %v", body, answer.Trailer, err)
	}
}

// A mute listener accepts whoever comes, until it is closed.
func TestMuteListenerAccepts(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- stayMute(listener) }()
	for range 2 {
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
	}
	listener.Close()
	if err := <-ended; err == nil {
		t.Error("it ended without a reason")
	}
}
