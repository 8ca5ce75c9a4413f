"""The stand-in run as a command: how it starts, obeys, refuses and ends."""

import os
import signal
import socket
import subprocess

import pytest

SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "servicebus.py")


def started(*options):
    pipe = subprocess.PIPE
    process = subprocess.Popen([SCRIPT, "--port", "0", *options], stdin=pipe, stdout=pipe)
    words = process.stdout.readline().split()
    return process, int(words[2])


def ended(process):
    if process.stdin:
        process.stdin.close()
    process.stdout.close()
    return process.wait(2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_listens_obeys_and_ends_at_once(number):
    process, port = started("--queue", "orders=2", "--control", "-")
    socket.create_connection(("127.0.0.1", port), 2).close()
    process.stdin.write(b"counters\n")
    process.stdin.flush()
    assert b'"connections_total": 1' in process.stdout.readline()
    process.send_signal(number)
    assert ended(process) == 0


def test_the_command_takes_a_control_socket_and_removes_it(tmp_path):
    path = str(tmp_path / "control")
    process, _ = started("--queue", "orders", "--control", path)
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
        control.sendall(b"disable orders\nfault silent@peek\nnonsense\n")
        answers = control.makefile()
        assert [answers.readline().strip() for _ in range(3)] == ["ok", "ok", "error: no command 'nonsense'"]
        answers.close()
    process.terminate()
    assert ended(process) == 0 and not os.path.exists(path)


def test_the_command_ends_with_its_parent():
    shell = subprocess.Popen(["sh", "-c", f"{SCRIPT} & wait"], stdout=subprocess.PIPE)
    port = int(shell.stdout.readline().split()[2])
    shell.kill()
    assert shell.stdout.read() == b""
    ended(shell)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 2)


def test_bad_options_are_one_line():
    for options in (["--fault", "nonsense"], ["--disabled", "nothing"], ["--tls-cert", "missing.pem"]):
        made = subprocess.run([SCRIPT, *options], capture_output=True, text=True, timeout=10)
        assert made.returncode == 1 and made.stderr.count("\n") == 1, made.stderr
