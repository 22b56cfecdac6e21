package main

import (
	"net/http/httptest"
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
	if err != nil || book != (settings{healthyRequests: -1, run: 2 * time.Minute}) {
		t.Errorf("got %+v, %v", book, err)
	}
	env := map[string]string{"RUN_S": "3", "EXIT_CODE": "7", "HEALTHY_REQUESTS": "0", "START_DELAY_S": "2", "ON_SIGTERM": "exit"}
	want := settings{startDelay: 2 * time.Second, run: 3 * time.Second, exitCode: 7, exitOnSIGTERM: true}
	if got, err := read(func(name string) string { return env[name] }); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"RUN_S", "ON_SIGTERM"} {
		if _, err := read(func(name string) string { return map[string]string{bad: "soon"}[name] }); err == nil {
			t.Errorf("%s=soon was accepted", bad)
		}
	}
}
