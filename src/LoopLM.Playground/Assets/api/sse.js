/** Reads the data of server-sent events from a text that comes in pieces. */
export class SseParser {
  #line = "";
  #data = [];

  /**
   * @param {string} text The next piece; it may end anywhere.
   * @returns {string[]} The data of every event that is complete with it.
   */
  push(text) {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop();
    const events = [];
    for (const each of lines) {
      const line = each.endsWith("\r") ? each.slice(0, -1) : each;
      if (line === "") {
        if (this.#data.length > 0) {
          events.push(this.#data.join("\n"));
          this.#data = [];
        }
      } else if (line.startsWith("data:")) {
        this.#data.push(line.slice(line[5] === " " ? 6 : 5));
      }
    }

    return events;
  }
}
