package main

// #include "plugin.h"
import "C"

import (
	"context"
	"fmt"
	"os"
	"runtime/cgo"
	"time"
	"unsafe"
)

// What the host knows by a handle.
type instance struct {
	check *check
	host  *C.ph_host
}

//export goCreate
func goCreate(host *C.ph_host, settings *C.ph_settings, handle *C.uintptr_t, failure *C.ph_error) (code C.int32_t) {
	defer endPanic(failure, &code)
	made, err := newCheck(func(pointer string) string {
		name := C.CString(pointer)
		defer C.free(unsafe.Pointer(name))
		return C.GoString(C.host_setting(host, settings, name))
	})
	if err != nil {
		return fail(failure, C.PH_E_CONFIG, err.Error())
	}
	*handle = C.uintptr_t(cgo.NewHandle(&instance{made, host}))
	return C.PH_OK
}

//export goRun
func goRun(handle C.uintptr_t, given *C.ph_run_context, failure *C.ph_error) (code C.int32_t) {
	defer endPanic(failure, &code)
	checked := cgo.Handle(handle).Value().(*instance)
	ctx, end, err := contextOf(given)
	if err != nil {
		return fail(failure, C.PH_E_INTERNAL, err.Error())
	}
	defer end()
	said := checked.check.run(ctx)
	if ctx.Err() != nil {
		return fail(failure, C.PH_E_CANCELLED, ctx.Err().Error())
	}
	tell(checked.host, given.run, said)
	return C.PH_OK
}

//export goDestroy
func goDestroy(handle C.uintptr_t) { cgo.Handle(handle).Delete() }

func tell(host *C.ph_host, run *C.ph_run, said verdict) {
	message, detail := C.CString(said.message), C.CString(said.detail)
	defer C.free(unsafe.Pointer(message))
	defer C.free(unsafe.Pointer(detail))
	if said.message != "" {
		C.host_detail(host, run, detail)
		C.host_verdict(host, run, C.PH_FAIL, message)
		return
	}
	key, unit := C.CString("greeting"), C.CString("bytes")
	defer C.free(unsafe.Pointer(key))
	defer C.free(unsafe.Pointer(unit))
	C.host_fact(host, run, key, C.double(said.greeting), unit)
	C.host_verdict(host, run, C.PH_PASS, message)
}

// A context that is done at the run's deadline, or when the host cancels the run; `end` has to be called.
func contextOf(given *C.ph_run_context) (ctx context.Context, end func(), err error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	left := time.Duration(C.nanoseconds_left(given.deadline_ns))
	ctx, cancel := context.WithTimeout(context.Background(), left)
	ended := make(chan struct{})
	cancelFd, stopFd := C.int(given.cancel_fd), C.int(reader.Fd())
	go func() {
		defer close(ended)
		if C.wait_for_cancel(cancelFd, stopFd) != 0 {
			cancel()
		}
	}()
	return ctx, func() {
		writer.Close()
		<-ended
		reader.Close()
		cancel()
	}, nil
}

func fail(failure *C.ph_error, code C.int32_t, why string) C.int32_t {
	text := C.CString(why)
	defer C.free(unsafe.Pointer(text))
	return C.ph_fail(failure, code, text)
}

// No panic may reach the host.
func endPanic(failure *C.ph_error, code *C.int32_t) {
	if panicked := recover(); panicked != nil {
		*code = fail(failure, C.PH_E_INTERNAL, fmt.Sprint("panic: ", panicked))
	}
}

// For tests, where files cannot speak C.
func entry() unsafe.Pointer { return unsafe.Pointer(C.probehost_plugin_entry_v1) }
