// Plays audio while it arrives, and draws it.

import { clock } from "../format.js";

export const RATE = 24000;
const BLOCK = 240; // samples behind one stored peak: 10 ms
const CUSHION = 0.2; // seconds that must lie ahead before sound starts, so that it seldom stumbles
const SHORTEST = 6; // seconds that the drawing spans while the end is not known

export class Player extends EventTarget {
  sources = new Set();
  canvas = null;
  watching = new ResizeObserver(() => this.draw());

  constructor() {
    super();
    addEventListener("timbre:theme", () => this.draw());
    this.reset();
  }

  /** Draws on this canvas from now on, and seeks by it; null: on none. */
  attach(canvas) {
    this.watching.disconnect();
    this.canvas = canvas;
    if (!canvas) return;
    this.watching.observe(canvas);
    canvas.addEventListener("pointerdown", (event) => {
      this.seek((event.offsetX / canvas.clientWidth) * this.span);
    });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -2, ArrowRight: 2, Home: -Infinity, End: Infinity }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.seek(this.position + step);
    });
    this.draw();
  }

  reset() {
    this.halt();
    this.samples = new Float32Array(RATE * 30);
    this.peaks = [];
    this.length = 0;
    this.at = 0; // where it stands, in samples, while it is not playing
    this.complete = false;
    this.playing = false;
    this.soundAt = null;
    this.draw();
  }

  /** When the first sound of this take was heard, or will be, as performance.now() counts; null: not yet known. */
  soundAt = null;

  /** Seconds that have arrived. */
  get duration() { return this.length / RATE; }
  get span() { return this.complete ? Math.max(this.duration, 0.01) : Math.max(this.duration, SHORTEST); }

  /** Seconds into the audio. */
  get position() {
    if (!this.clock) return this.at / RATE;
    const heard = (this.context.currentTime - this.clock.time) * RATE;
    return Math.min(this.scheduled, this.clock.index + Math.max(0, heard)) / RATE;
  }

  /** Begins a new take. Must run in a click or key press: browsers let no page make sound unasked. */
  begin() {
    this.context ??= new AudioContext({ sampleRate: RATE });
    this.context.resume();
    this.reset();
    this.playing = true;
    this.follow();
  }

  feed(samples) {
    if (this.length + samples.length > this.samples.length) {
      const larger = new Float32Array(2 * (this.length + samples.length));
      larger.set(this.samples.subarray(0, this.length));
      this.samples = larger;
    }
    this.samples.set(samples, this.length);
    this.length += samples.length;
    this.measure();
    this.pump();
    if (!this.playing) this.draw();
  }

  /** All has arrived. */
  finish() {
    this.complete = true;
    this.measure();
    this.pump();
    this.draw();
    this.tell();
  }

  toggle() {
    if (this.playing) return this.pause();
    if (!this.length) return;
    if (this.complete && this.at >= this.length - 1) this.at = 0;
    this.context.resume();
    this.playing = true;
    this.pump();
    this.follow();
    this.tell();
  }

  pause() {
    this.at = Math.round(this.position * RATE);
    this.playing = false;
    this.halt();
    this.draw();
    this.tell();
  }

  seek(seconds) {
    if (!this.length) return;
    const index = Math.round(Math.min(Math.max(seconds, 0), this.duration) * RATE);
    this.halt();
    this.at = index;
    this.pump();
    this.draw();
    this.tell();
  }

  /** What was heard, as a WAV file. */
  wav() {
    const pcm = new Int16Array(this.length);
    for (let i = 0; i < this.length; i++) pcm[i] = Math.max(-1, Math.min(1, this.samples[i])) * 32767;
    const head = new DataView(new ArrayBuffer(44));
    const write = (offset, text) => [...text].forEach((c, i) => head.setUint8(offset + i, c.charCodeAt(0)));
    write(0, "RIFF"); head.setUint32(4, 36 + pcm.byteLength, true); write(8, "WAVEfmt ");
    head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true);
    head.setUint32(24, RATE, true); head.setUint32(28, RATE * 2, true); head.setUint16(32, 2, true);
    head.setUint16(34, 16, true); write(36, "data"); head.setUint32(40, pcm.byteLength, true);
    return new Blob([head, pcm], { type: "audio/wav" });
  }

  // Inside

  /** Hands whatever has arrived to the sound card. */
  pump() {
    if (!this.playing) return;
    const now = this.context.currentTime;
    if (this.clock && this.until < now) this.lose(); // it ran dry
    if (!this.clock) {
      const ahead = (this.length - this.at) / RATE;
      if (ahead <= 0 || (ahead < CUSHION && !this.complete)) return;
      this.clock = { time: now + 0.03, index: this.at };
      this.until = this.clock.time;
      this.soundAt ??= performance.now() + 1000 * (this.clock.time - now + (this.context.outputLatency || 0));
      this.scheduled = this.at;
    }
    if (this.scheduled >= this.length) return;
    const part = this.samples.slice(this.scheduled, this.length);
    const buffer = this.context.createBuffer(1, part.length, RATE);
    buffer.copyToChannel(part, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.start(this.until);
    source.onended = () => this.sources.delete(source);
    this.sources.add(source);
    this.until += buffer.duration;
    this.scheduled = this.length;
  }

  lose() {
    this.at = this.scheduled;
    this.clock = null;
  }

  halt() {
    for (const source of this.sources) { source.onended = null; source.stop(); }
    this.sources.clear();
    this.clock = null;
  }

  follow() {
    if (!this.playing) return;
    if (this.clock && this.context.currentTime > this.until) {
      this.lose();
      if (this.complete) { this.playing = false; this.draw(); return this.tell(); }
    }
    this.draw();
    this.tell();
    requestAnimationFrame(() => this.follow());
  }

  tell() { this.dispatchEvent(new Event("change")); }

  measure() {
    const last = this.complete ? Math.ceil(this.length / BLOCK) : Math.floor(this.length / BLOCK);
    for (let block = this.peaks.length; block < last; block++) {
      let peak = 0;
      const end = Math.min((block + 1) * BLOCK, this.length);
      for (let i = block * BLOCK; i < end; i++) peak = Math.max(peak, Math.abs(this.samples[i]));
      this.peaks.push(peak);
    }
  }

  draw() {
    const { canvas } = this;
    if (!canvas) return;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const brush = canvas.getContext("2d");
    brush.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const [past, future] = [style.getPropertyValue("--timbre"), style.getPropertyValue("--timbre-wave")];
    const step = 5;
    const bars = Math.floor(width / step);
    const perBar = (this.span * RATE) / BLOCK / bars;
    const played = (this.position / this.span) * bars;
    for (let bar = 0; bar < bars; bar++) {
      let peak = 0;
      for (let i = Math.floor(bar * perBar); i < Math.min((bar + 1) * perBar, this.peaks.length); i++) peak = Math.max(peak, this.peaks[i]);
      const tall = Math.max(3, Math.sqrt(peak) * (height - 4));
      brush.fillStyle = bar < played && this.length ? past : future;
      brush.beginPath();
      brush.roundRect(bar * step + 1, (height - tall) / 2, 3, tall, 1.5);
      brush.fill();
    }
    canvas.setAttribute("aria-valuemax", Math.round(this.duration));
    canvas.setAttribute("aria-valuenow", Math.round(this.position));
    canvas.setAttribute("aria-valuetext", `${clock(this.position)} / ${clock(this.duration)}`);
  }
}

/** 16-bit samples from a stream of bytes, as floats; a sample cut in two by the network is put together again. */
export async function* floats(body) {
  const reader = body.getReader();
  let odd = new Uint8Array(0);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const bytes = new Uint8Array(odd.length + value.length);
      bytes.set(odd);
      bytes.set(value, odd.length);
      const whole = bytes.length - (bytes.length % 2);
      odd = bytes.slice(whole);
      const view = new DataView(bytes.buffer, 0, whole);
      yield Float32Array.from({ length: whole / 2 }, (_, i) => view.getInt16(i * 2, true) / 32768);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
