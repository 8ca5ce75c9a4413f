// Package fakehost is the SDK's fake host and its scripted peers, for tests; <probehost/testing/fake_host.h> says more.
package fakehost

// #cgo pkg-config: probehost-testing
// #include <probehost/testing/scripted_peer.h>
// #include <stdlib.h>
import "C"

import (
	"math"
	"unsafe"
)

const (
	Silent = C.PH_PEER_SILENT
	Refuse = C.PH_PEER_REFUSE
	Answer = C.PH_PEER_ANSWER
	Close  = C.PH_PEER_CLOSE
	Reset  = C.PH_PEER_RESET

	Ok        = C.PH_OK
	Config    = C.PH_E_CONFIG
	Cancelled = C.PH_E_CANCELLED

	Unknown = C.PH_UNKNOWN
	Pass    = C.PH_PASS
	Fail    = C.PH_FAIL

	UntilCancelled = math.MaxInt64
)

type Host struct{ fake *C.ph_fake }

// What a run said.
type Result struct {
	Code, Verdict          int
	Message, Detail, Error string
}

func New() Host               { return Host{C.ph_fake_new()} }
func (h Host) Close()         { C.ph_fake_free(h.fake) }
func (h Host) Cancel()        { C.ph_fake_cancel(h.fake) }
func (h Host) Error() string  { return C.GoString(C.ph_fake_error(h.fake)) }
func (h Host) Broken() string { return C.GoString(C.ph_fake_broken(h.fake)) }

func (h Host) Set(pointer, value string) {
	p, v := C.CString(pointer), C.CString(value)
	C.ph_fake_set(h.fake, p, v)
	C.free(unsafe.Pointer(p))
	C.free(unsafe.Pointer(v))
}

// Create makes the check; entry is the plugin's probehost_plugin_entry_v1.
func (h Host) Create(entry unsafe.Pointer, checker string) int {
	name := C.CString(checker)
	defer C.free(unsafe.Pointer(name))
	return int(C.ph_fake_create(h.fake, C.ph_entry_fn(entry), name))
}

func (h Host) Run(timeoutMs int64) Result {
	said := C.ph_fake_run(h.fake, C.int64_t(timeoutMs))
	return Result{int(said.code), int(said.verdict),
		C.GoString(said.message), C.GoString(said.detail), C.GoString(said.error)}
}

type Peer struct{ peer *C.ph_peer }

// Start starts a peer that sends text. Whoever connects has its run on `cancels` cancelled, unless that is nil.
func Start(kind int32, text string, cancels *Host) Peer {
	bytes := C.CString(text)
	defer C.free(unsafe.Pointer(bytes))
	conduct := (*C.ph_peer_conduct)(C.calloc(1, C.sizeof_ph_peer_conduct))
	defer C.free(unsafe.Pointer(conduct))
	conduct.kind, conduct.bytes, conduct.length = C.int32_t(kind), bytes, C.uint32_t(len(text))
	if cancels != nil {
		conduct.cancels = cancels.fake
	}
	return Peer{C.ph_peer_start(conduct)}
}

func (p Peer) Stop()     { C.ph_peer_stop(p.peer) }
func (p Peer) Port() int { return int(C.ph_peer_port(p.peer)) }
