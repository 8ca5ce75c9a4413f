// Starts one stand-in as a child process and gives it commands over its standard input.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export class Peer {
    static async start(script, options) {
        const peer = new Peer();
        peer.child = spawn("/usr/bin/python3", [script, "--port", "0", "--control", "-", ...options],
            { stdio: ["pipe", "pipe", "inherit"] });
        peer.lines = createInterface({ input: peer.child.stdout })[Symbol.asyncIterator]();
        const { value } = await peer.lines.next();
        peer.port = Number(/^listening on (\d+)$/.exec(value)[1]);
        return peer;
    }

    async tell(command) {
        this.child.stdin.write(command + "\n");
        const { value } = await this.lines.next();
        if (value.startsWith("error")) throw new Error(`${command}: ${value}`);
        return value;
    }

    async counters() {
        return JSON.parse(await this.tell("counters"));
    }

    async stop() {
        const ended = once(this.child, "exit");
        this.child.kill("SIGTERM");
        await ended;
    }
}
