import { h } from "./dom.js";

/**
 * Shows what went wrong and what can be done about it, in one place of the page.
 */
export class Notice {
  #timer = 0;

  /**
   * @param {HTMLElement} element Where it is.
   * @param {() => void} askForKey Opens the field for the API key.
   */
  constructor(element, askForKey) {
    this.element = element;
    this.askForKey = askForKey;
    element.setAttribute("role", "alert");
  }

  /** Takes it away. */
  clear() {
    clearInterval(this.#timer);
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /**
   * @param {import("../api/api.js").ApiError | Error} error What went wrong.
   * @param {(() => void) | null} again Does it again; null where that makes no sense.
   */
  show(error, again) {
    this.clear();
    this.element.hidden = false;
    this.element.append(h("div", {}, h("strong", {}, titleOf(error)), h("p", {}, error.message)));
    if (error.status === 401) {
      this.element.append(h("button", { type: "button", class: "primary", click: () => this.askForKey() }, "Enter the key"));
    } else if (again) {
      this.element.append(this.#againButton(error, again));
    }

    this.element.append(
      h("button", { type: "button", class: "quiet", "aria-label": "Close the message", click: () => this.clear() }, "\u2715"),
    );
  }

  #againButton(error, again) {
    const button = h(
      "button",
      {
        type: "button",
        click: () => {
          this.clear();
          again();
        },
      },
      "Try again",
    );
    let seconds = error.retryAfter ?? 0;
    const count = () => {
      button.disabled = seconds > 0;
      button.textContent = seconds > 0 ? `Try again in ${seconds} s` : "Try again";
      if (seconds-- <= 0) {
        clearInterval(this.#timer);
      }
    };
    this.#timer = setInterval(count, 1000);
    count();
    return button;
  }
}

function titleOf(error) {
  switch (error.code) {
    case "unreachable":
      return "No connection";
    case "broken_off":
      return "The connection broke";
    case "rate_limit_exceeded":
      return "You have reached your limit";
    case "queue_full":
      return "The queue is full";
    case "model_loading":
      return "The model is loading";
    case "draining":
      return "The server is shutting down";
    default:
      return error.status === 401
        ? "This server requires an API key"
        : error.param
          ? `The server refused “${error.param}”`
          : "The server answered with an error";
  }
}
