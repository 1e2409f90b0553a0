import { getJson, getStream } from "../api/api.js";
import { startKeyDialog } from "../key-dialog.js";
import { startTheme } from "../theme.js";
import { byId, h } from "../views/dom.js";
import { Notice } from "../views/notice.js";
import { barList } from "./bar-list.js";
import { drawRows, drawSpeed } from "./strips.js";

const INTERVAL = 250;
const KEPT = 240;
const RETRY_AFTER = 3000;
const REASONS = { policy: "exit policy", max_loops: "most loops allowed", prompt: "first token" };

/** Shows what an engine does, from the one stream of its snapshots. */
class LivePage {
  #snapshots = [];
  #abort = null;
  #retry = 0;
  #isPaused = false;
  #frame = 0;

  constructor() {
    startTheme(byId("theme-button"));
    const askForKey = startKeyDialog(() => this.#start());
    this.notice = new Notice(byId("notice"), askForKey);
    byId("theme-button").addEventListener("click", () => this.#schedule());
    byId("model").addEventListener("change", () => this.#restart());
    byId("pause").addEventListener("click", () => this.#pause());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#stop() : this.#start()));
    addEventListener("resize", () => this.#schedule());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#schedule());
    this.#start();
  }

  #pause() {
    this.#isPaused = !this.#isPaused;
    byId("pause").textContent = this.#isPaused ? "Go on" : "Pause";
    if (this.#isPaused) {
      this.#stop();
    } else {
      this.#start();
    }
  }

  #restart() {
    this.#stop();
    this.#snapshots = [];
    this.#start();
  }

  // A page that nobody sees reads nothing.
  #stop() {
    clearTimeout(this.#retry);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #start() {
    if (this.#abort !== null || this.#isPaused || document.hidden) {
      return;
    }

    const abort = new AbortController();
    this.#abort = abort;
    try {
      await this.#loadModels(abort.signal);
      const path = `/v1/loop/live?${new URLSearchParams({ model: byId("model").value, interval_ms: INTERVAL })}`;
      await getStream(path, { signal: abort.signal, onEvent: (event) => this.#add(event) });
    } catch (error) {
      if (!abort.signal.aborted) {
        this.#failed(error);
      }
    }

    if (this.#abort === abort) {
      this.#abort = null;
    }
  }

  async #loadModels(signal) {
    const { data } = await getJson("/v1/models", signal);
    const chosen = byId("model").value;
    byId("model").replaceChildren(...data.map((model) => new Option(model.id, model.id)));
    if (data.some((model) => model.id === chosen)) {
      byId("model").value = chosen;
    }
  }

  #failed(error) {
    byId("health").textContent = "not connected";
    byId("health").dataset.health = "lost";
    const again = () => {
      this.notice.clear();
      this.#start();
    };
    this.notice.show(error, again);
    if (error.status !== 401) {
      this.#retry = setTimeout(again, Math.max(RETRY_AFTER, 1000 * (error.retryAfter ?? 0)));
    }
  }

  #add(snapshot) {
    if (this.#snapshots.length === 0) {
      this.notice.clear();
      document.documentElement.className = `of${snapshot.loops}`;
    }

    this.#snapshots.push(snapshot);
    this.#snapshots.splice(0, this.#snapshots.length - KEPT);
    this.#schedule();
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#snapshots.length > 0) {
        this.#show(this.#snapshots.at(-1));
      }
    });
  }

  #show(now) {
    byId("health").textContent = now.health;
    byId("health").dataset.health = now.health;
    const stats = [
      ["tokens / s", rounded(now.tokens_per_second)],
      ["of the bound", share(now.tokens_per_second, now.ideal_tokens_per_second)],
      ["compute saved", now.saved_loops_share === null ? "\u2013" : `${Math.round(now.saved_loops_share * 100)} %`],
      ["running", `${now.running}`],
      ["waiting", `${now.queue.requests}`],
      ["tokens waiting", `${now.queue.tokens}`],
      ["KV slots", share(now.kv_slots.used, now.kv_slots.capacity)],
      ["passes / s", rounded(now.seconds > 0 ? now.ticks / now.seconds : null)],
    ];
    byId("stats").replaceChildren(
      ...stats.map(([label, value]) => h("div", {}, h("dd", { "data-stat": label }, value), h("dt", {}, label))),
    );
    drawRows(byId("rows"), this.#snapshots, KEPT);
    drawSpeed(byId("speed"), this.#snapshots, KEPT);
    const { used, capacity, by_loop: slots } = now.kv_slots;
    byId("kv").replaceChildren(
      barList(slots.map((count, i) => ({ label: `Loop ${i + 1}`, count, depth: i + 1 }))),
      h("p", { class: "note" }, `${used} of ${capacity} slots are in use.`),
    );
    const { exits_by_step: steps, exits_by_reason: reasons } = now.total;
    byId("steps").replaceChildren(barList(steps.map((count, i) => ({ label: `Loop ${i + 1}`, count, depth: i + 1 }))));
    byId("reasons").replaceChildren(
      barList(Object.entries(reasons).map(([reason, count]) => ({ label: REASONS[reason] ?? reason, count }))),
    );
  }
}

function rounded(value) {
  return value === null || value === undefined ? "\u2013" : value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function share(part, whole) {
  return part === null || !whole ? "\u2013" : `${Math.round((part / whole) * 100)} %`;
}

new LivePage();
