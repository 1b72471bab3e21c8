/** A clock that can be turned: by a slider over a week, by buttons, by a date and a time; or one that runs. */

import { byId, h, s } from "./dom";
import type { Opening } from "./engine";
import { MINUTE, dayHere, midnight, timeHere, toInput } from "./time";

/** How far one step of the slider turns the clock. */
const STEP = 15 * MINUTE;
/** How many days the slider spans. */
const DAYS = 7;

/** What the page does when the clock was turned. */
export interface Turns {
  /** It shows another instant. */
  turned(): void;
  /** Somebody wants the next opening. */
  next(): void;
}

export class Clock {
  /** The instant that it shows. */
  now = new Date();
  /** Whether it runs. */
  live = true;
  /** The first midnight of the slider. */
  private start = midnight(this.now);
  private readonly slider = byId("clock-slider") as HTMLInputElement;
  private readonly input = byId("clock-input") as HTMLInputElement;

  constructor(private readonly turns: Turns) {
    this.slider.step = "1";
    this.slider.min = "0";
    this.slider.addEventListener("input", () => this.turn(new Date(this.start.getTime() + Number(this.slider.value) * STEP)));
    // A week is long: a page is half a day.
    this.slider.addEventListener("keydown", (event) => {
      const hours = { PageUp: 6, PageDown: -6 }[event.key];
      if (!hours) return;
      event.preventDefault();
      this.turn(new Date(this.floor().getTime() + hours * 4 * STEP));
    });
    this.input.addEventListener("change", () => {
      const at = new Date(this.input.value);
      if (Number.isNaN(at.getTime())) this.show();
      else this.turn(at);
    });
    byId("clock-back").addEventListener("click", () => this.step(-1));
    byId("clock-on").addEventListener("click", () => this.step(1));
    byId("clock-next").addEventListener("click", () => turns.next());
    byId("clock-live").addEventListener("click", () => (this.live ? this.stop() : this.run()));
    this.show();
  }

  /** What the slider spans. */
  get span(): { start: Date; end: Date } {
    return { start: this.start, end: midnight(this.start, DAYS) };
  }

  /** Turns it to an instant, where it stays. */
  turn(at: Date): void {
    this.live = false;
    this.set(at);
  }

  /** Lets it run from the real time on. */
  run(): void {
    this.live = true;
    this.set(new Date());
  }

  /** Shows what the real time is by now, where it runs; answers whether another minute began. */
  tick(): boolean {
    if (!this.live) return false;
    const before = Math.floor(this.now.getTime() / MINUTE);
    this.now = new Date();
    const isNew = Math.floor(this.now.getTime() / MINUTE) !== before;
    if (isNew) this.set(this.now, false);
    return isNew;
  }

  /** Draws the times in which no gate that depends on time blocks, and what is heard of the slider. */
  draw(openings: readonly Opening[], said: string): void {
    const { start, end } = this.span;
    const share = (at: number) => Math.min(100, Math.max(0, ((at - start.getTime()) / (end.getTime() - start.getTime())) * 100));
    const percent = (share: number) => `${share.toFixed(3)}%`;
    const bands = openings.map(({ open, close }) => {
      const from = share(Date.parse(open));
      const to = close ? share(Date.parse(close)) : 100;
      return s("rect", { class: "band", x: percent(from), width: percent(to - from), y: 0, height: "100%", rx: 3 });
    });
    const midnights = Array.from({ length: DAYS - 1 }, (_, at) => midnight(start, at + 1));
    const ticks = midnights.map((at) => s("line", { class: "tick", x1: percent(share(at.getTime())), x2: percent(share(at.getTime())), y1: 0, y2: "100%" }));
    const noons = Array.from({ length: DAYS }, (_, at) => midnight(start, at)).map((at) => share(at.getTime() + 12 * 60 * MINUTE));
    const marks = noons.map((at) => s("line", { class: "noon", x1: percent(at), x2: percent(at), y1: "72%", y2: "100%" }));
    const real = Date.now();
    const today = real >= start.getTime() && real < end.getTime() ? s("circle", { class: "real", cx: percent(share(real)), cy: "50%", r: 3 }) : null;
    byId("clock-bands").replaceChildren(...bands, ...ticks, ...marks, ...(today ? [today] : []));
    byId("clock-days").replaceChildren(
      ...Array.from({ length: DAYS }, (_, at) => midnight(start, at)).map((at) => {
        const [weekday = "", ...rest] = dayHere(at).split(" ");
        return h("li", {}, h("b", {}, weekday), ` ${rest.join(" ")}`);
      }),
    );
    this.slider.setAttribute("aria-valuetext", `${dayHere(this.now)} ${timeHere(this.now)}, ${said}`);
  }

  private step(by: 1 | -1): void {
    const at = this.floor().getTime();
    // Back from between two steps is the one before.
    this.turn(new Date(by < 0 && at < this.now.getTime() ? at : at + by * STEP));
  }

  /** The last full step. */
  private floor(): Date {
    return new Date(Math.floor(this.now.getTime() / STEP) * STEP);
  }

  private stop(): void {
    this.live = false;
    this.set(this.now);
  }

  private set(at: Date, tell = true): void {
    this.now = at;
    const { start, end } = this.span;
    if (at < start || at >= end) this.start = midnight(at);
    this.show();
    if (tell) this.turns.turned();
  }

  private show(): void {
    const { start, end } = this.span;
    this.slider.max = String(Math.round((end.getTime() - start.getTime()) / STEP) - 1);
    this.slider.value = String(Math.floor((this.now.getTime() - start.getTime()) / STEP));
    this.input.value = toInput(this.now);
    const live = byId("clock-live");
    live.setAttribute("aria-pressed", String(this.live));
    live.title = this.live ? "The clock runs: stop it here" : "Let the clock run from the real time on";
  }
}
