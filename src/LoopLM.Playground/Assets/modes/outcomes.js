/**
 * @param {import("../runs/run.js").Run} run A run.
 * @returns {import("../tools/tools-panel.js").Outcome} What the panel of tools makes of it.
 */
export function outcomeOfRun(run) {
  return {
    events: () => run.events,
    promptTokenIds: () => run.promptTokenIds,
    result: () => ({
      path: run.path,
      request: run.body,
      modelLoops: run.modelLoops,
      system_fingerprint: run.fingerprint,
      answers: [
        {
          name: run.model,
          status: run.status,
          finish_reason: run.finishReason,
          text: run.text,
          usage: run.usage,
          depth: run.depth.stats,
          timing: { time_to_first_token_ms: run.timeToFirstToken, tokens_per_second: run.tokensPerSecond },
          tokens: run.tokens,
        },
      ],
    }),
  };
}
