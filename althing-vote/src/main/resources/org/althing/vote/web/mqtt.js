// A client of MQTT 3.1.1 over WebSocket: what a page needs, and no more. QoS 1 out, QoS 0 and 1 in, clean session,
// a random client identifier, reconnects by itself. Knows nothing of votes.

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30000;
const KEEP_ALIVE_S = 30;
const CONNECT_MS = 5000;

const utf8 = new TextEncoder();
const text = new TextDecoder();

function random(bytes) {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

export function hex(bytes) {
  return Array.from(random(bytes), (b) => b.toString(16).padStart(2, '0')).join('');
}

function string(value) {
  const bytes = utf8.encode(value);
  return [bytes.length >> 8, bytes.length & 255, ...bytes];
}

function packet(first, body) {
  const head = [first];
  let length = body.length;
  do {
    head.push((length & 127) | (length > 127 ? 128 : 0));
    length >>= 7;
  } while (length > 0);
  return Uint8Array.from([...head, ...body]);
}

export class MqttClient {
  // onState('live'), onState('connecting'), onState('lost', seconds until the next try)
  constructor(url, onState) {
    this.url = url;
    this.onState = onState;
    this.handlers = new Map();
    this.isLive = false;
    this.retryMs = FIRST_RETRY_MS;
    this.nextIdentifier = 1;
    this.connect();
  }

  // Calls the handler with (text, topic) for each message of the topic, now and after every reconnect.
  subscribe(topic, handler) {
    this.handlers.set(topic, handler);
    if (this.isLive) this.sendSubscribe([topic]);
  }

  unsubscribe(topic) {
    this.handlers.delete(topic);
    if (this.isLive) this.send(packet(0xa2, [...this.identifier(), ...string(topic)]));
  }

  // Publishes at QoS 1; false while there is no connection. Who needs an answer asks again: there is no queue.
  publish(topic, payload) {
    if (!this.isLive) return false;
    this.send(packet(0x32, [...string(topic), ...this.identifier(), ...utf8.encode(payload)]));
    return true;
  }

  // Tries again now instead of later.
  hurry() {
    if (this.retryTimer) {
      clearTimeout(this.retryTimer);
      this.connect();
    }
  }

  connect() {
    this.retryTimer = 0;
    this.bytes = new Uint8Array(0);
    this.onState('connecting');
    const socket = new WebSocket(this.url, 'mqtt');
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.send(packet(0x10, [
      ...string('MQTT'), 4, 2, KEEP_ALIVE_S >> 8, KEEP_ALIVE_S & 255, ...string('page-' + hex(8))]));
    socket.onmessage = (event) => this.onBytes(new Uint8Array(event.data));
    socket.onclose = () => this.onClosed(socket);
    this.watch = setTimeout(() => socket.close(), CONNECT_MS);
  }

  onClosed(socket) {
    if (socket !== this.socket) return;
    clearTimeout(this.watch);
    clearInterval(this.pinging);
    this.isLive = false;
    const wait = this.retryMs * (0.5 + random(1)[0] / 512);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
    this.onState('lost', Math.max(1, Math.round(wait / 1000)));
    this.retryTimer = setTimeout(() => this.connect(), wait);
  }

  onLive() {
    clearTimeout(this.watch);
    this.isLive = true;
    this.retryMs = FIRST_RETRY_MS;
    this.heard = true;
    if (this.handlers.size > 0) this.sendSubscribe([...this.handlers.keys()]);
    this.pinging = setInterval(() => {
      if (!this.heard) this.socket.close();
      this.heard = false;
      this.send(Uint8Array.of(0xc0, 0));
    }, KEEP_ALIVE_S * 500);
    this.onState('live');
  }

  onBytes(more) {
    this.heard = true;
    const bytes = new Uint8Array(this.bytes.length + more.length);
    bytes.set(this.bytes);
    bytes.set(more, this.bytes.length);
    let at = 0;
    for (;;) {
      let length = 0;
      let shift = 0;
      let i = at + 1;
      while (i < bytes.length && shift < 28) {
        length |= (bytes[i] & 127) << shift;
        shift += 7;
        if (bytes[i++] < 128) {
          shift = 99;
        }
      }
      if (shift !== 99 || i + length > bytes.length) break;
      this.onPacket(bytes[at], bytes.subarray(i, i + length));
      at = i + length;
    }
    this.bytes = bytes.slice(at);
  }

  onPacket(first, body) {
    if (first >> 4 === 2) {
      if (body[1] === 0) this.onLive(); else this.socket.close();
    } else if (first >> 4 === 3) {
      this.onPublish(first, body);
    }
  }

  onPublish(first, body) {
    const end = 2 + (body[0] << 8 | body[1]);
    const topic = text.decode(body.subarray(2, end));
    const qos = first >> 1 & 3;
    if (qos > 0) this.send(packet(0x40, [body[end], body[end + 1]]));
    const handler = this.handlers.get(topic);
    if (handler) handler(text.decode(body.subarray(qos > 0 ? end + 2 : end)), topic);
  }

  sendSubscribe(topics) {
    this.send(packet(0x82, [...this.identifier(), ...topics.flatMap((topic) => [...string(topic), 1])]));
  }

  identifier() {
    const identifier = this.nextIdentifier;
    this.nextIdentifier = identifier % 65535 + 1;
    return [identifier >> 8, identifier & 255];
  }

  send(bytes) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(bytes);
  }
}
