// A plugin for probehost: @NAME@ passes when the service at a port of this machine greets whoever connects, as SSH, SMTP
// and others do.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"
)

type check struct {
	port int
}

// What a run says: message is for strangers, and the same every time; detail is for operators. Both are empty when it passes.
type verdict struct {
	message, detail string
	greeting        int // bytes
}

// The host has validated the settings against the schema in plugin.c.
func newCheck(setting func(pointer string) string) (*check, error) {
	port, err := strconv.Atoi(setting("/port"))
	if err != nil {
		return nil, errors.New("port: expected a number from 1 to 65535")
	}
	return &check{port}, nil
}

// What comes back once ctx is done, which is at the deadline or when the run is cancelled, counts for nothing.
func (c *check) run(ctx context.Context) verdict {
	var dialer net.Dialer
	service, err := dialer.DialContext(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", c.port))
	if errors.Is(err, syscall.ECONNREFUSED) {
		return verdict{message: "Connection refused", detail: "nobody listens at the port"}
	}
	if err != nil {
		return verdict{message: "Connection failed", detail: err.Error()}
	}
	defer service.Close()
	endReads(ctx, service)
	greeting := make([]byte, 512)
	length, err := service.Read(greeting)
	if err == io.EOF {
		return verdict{message: "No greeting", detail: "the service closed the connection"}
	}
	if err != nil {
		return verdict{message: "Connection failed", detail: err.Error()}
	}
	return verdict{greeting: length}
}

// Reads end when ctx does; every run ends its ctx.
func endReads(ctx context.Context, connection net.Conn) {
	go func() {
		<-ctx.Done()
		connection.SetReadDeadline(time.Unix(1, 0))
	}()
}

func main() {} // never called: the package is built as a shared library
