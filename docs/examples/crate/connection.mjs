// The protocol of docs/plugin-protocol.md over standard input and output, for a plug-in that takes one call at a time.

const WINDOW = 4;

/** An error for the user: its kind, what happened and why, and the way out. */
export class PluginError extends Error {
  constructor(kind, message, action, { element, obstacles, retryable = false } = {}) {
    super(message);
    this.data = { kind, id: kind, element, action, obstacles, retryable };
  }
}

export class Connection {
  #methods;
  #introduce;
  #output = process.stdout.write.bind(process.stdout);
  #unread = Buffer.alloc(0);
  #current;
  #unacknowledged = 0;
  #wake = () => {};
  #cancelled = new Set();

  constructor(methods, introduce) {
    this.#methods = methods;
    this.#introduce = introduce;
    // What the plug-in prints must not get between the messages.
    process.stdout.write = process.stderr.write.bind(process.stderr);
    console.log = console.error;
  }

  /** Answers requests until standard input ends: then nobody is there any more. */
  async serve() {
    let queue = Promise.resolve();
    for await (const chunk of process.stdin) {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      for (let message; (message = this.#next());) {
        if (message.method === '$/cancelRequest') this.#cancelled.add(message.params.id);
        else if (message.method === '$/ack') this.#acknowledge(message.params.id);
        else if (message.id !== undefined && message.method) {
          const request = message;
          queue = queue.then(() => this.#answer(request));
        }
      }
    }
    process.exit(0);
  }

  #next() {
    const end = this.#unread.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const length = Number(/Content-Length: *(\d+)/i.exec(this.#unread.toString('latin1', 0, end))[1]);
    const whole = end + 4 + length;
    if (this.#unread.length < whole) return undefined;
    const message = JSON.parse(this.#unread.toString('utf8', end + 4, whole));
    this.#unread = this.#unread.subarray(whole);
    return message;
  }

  async #answer({ id, method, params }) {
    this.#current = id;
    this.#unacknowledged = 0;
    try {
      const call = { items: items => this.#sendItems(id, items) };
      const implementation = this.#methods[method];
      if (method === 'initialize') this.#send({ id, result: this.#introduce(params) });
      else if (!implementation) throw new PluginError('NoSuchOperation', `This plug-in has no ${method}.`);
      else this.#send({ id, result: await implementation(params, call) ?? null });
    } catch (error) {
      this.#send({
        id,
        error: error.data
          ? { code: error.code ?? -32000, message: error.message, data: error.data }
          : { code: -32603, message: error.message, data: { exception: error.name } },
      });
    }
    this.#cancelled.delete(id);
  }

  /** Sends a part of a list. At most four parts are on their way: the engine acknowledges each. */
  async #sendItems(id, items) {
    while (this.#unacknowledged >= WINDOW) await new Promise(resolve => { this.#wake = resolve; });
    if (this.#cancelled.has(id)) throw Object.assign(new PluginError('Cancelled', 'The call was given up.'), { code: -32800 });
    this.#unacknowledged++;
    this.#send({ method: '$/items', params: { id, items } });
  }

  #acknowledge(id) {
    // One of a list that was given up may come while the next call runs.
    if (id !== this.#current) return;
    this.#unacknowledged--;
    this.#wake();
  }

  #send(message) {
    const text = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#output(`Content-Length: ${text.length}\r\n\r\n`);
    this.#output(text);
  }
}
