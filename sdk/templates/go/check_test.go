package main

import (
	"strconv"
	"testing"

	"example.com/@NAME@/fakehost"
)

// The check against a service that does as it is told, on a host that keeps what it hears.
func TestOutcomes(t *testing.T) {
	cases := []struct {
		of            string
		peer          int32
		sends         string
		code, verdict int
		message       string
	}{
		{"a service that greets", fakehost.Answer, "220 ready\r\n", fakehost.Ok, fakehost.Pass, ""},
		{"a service that is silent", fakehost.Silent, "", fakehost.Cancelled, fakehost.Unknown, ""},
		{"a service that closes", fakehost.Close, "", fakehost.Ok, fakehost.Fail, "No greeting"},
		{"a service that resets", fakehost.Reset, "", fakehost.Ok, fakehost.Fail, "Connection failed"},
		{"no service", fakehost.Refuse, "", fakehost.Ok, fakehost.Fail, "Connection refused"},
	}
	for _, c := range cases {
		t.Run(c.of, func(t *testing.T) {
			host := fakehost.New()
			defer host.Close()
			// A run that meets a silent service is cancelled as soon as it has connected, so that nobody waits.
			var cancels *fakehost.Host
			if c.peer == fakehost.Silent {
				cancels = &host
			}
			peer := fakehost.Start(c.peer, c.sends, cancels)
			defer peer.Stop()
			host.Set("/port", strconv.Itoa(peer.Port()))
			if host.Create(entry(), "@NAME@") != fakehost.Ok {
				t.Fatal(host.Error())
			}
			said := host.Run(fakehost.UntilCancelled)
			if said.Code != c.code || said.Verdict != c.verdict || said.Message != c.message {
				t.Errorf("got %+v, wanted %+v", said, c)
			}
			if host.Broken() != "" {
				t.Error(host.Broken())
			}
		})
	}
}

func TestPortIsNeeded(t *testing.T) {
	host := fakehost.New()
	defer host.Close()
	if code := host.Create(entry(), "@NAME@"); code != fakehost.Config {
		t.Errorf("create() returned %d", code)
	}
	if host.Error() != "port: expected a number from 1 to 65535" {
		t.Error(host.Error())
	}
}
