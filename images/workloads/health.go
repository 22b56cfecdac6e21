package main

import (
	"net/http"
	"strings"
)

// serving is a grpc.health.v1.HealthCheckResponse with status SERVING, as gRPC frames it: no
// compression, four bytes of length, then field 1 = 1.
var serving = []byte{0, 0, 0, 0, 2, 0x08, 0x01}

func isGRPC(request *http.Request) bool {
	return strings.HasPrefix(request.Header.Get("Content-Type"), "application/grpc")
}

// answerGRPC is the whole of the health service's answer; its end is said in a trailer.
func answerGRPC(answer http.ResponseWriter) {
	answer.Header().Set("Content-Type", "application/grpc")
	answer.Header().Set("Trailer", "Grpc-Status")
	answer.Write(serving)
	answer.Header().Set("Grpc-Status", "0")
}
