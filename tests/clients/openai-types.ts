// The forms of OpenAI's answers. The types are those of its SDK, which are generated from its published OpenAPI document.
import type { PageResponse } from "openai/core/pagination";
import type { ChatCompletion, ChatCompletionChunk } from "openai/resources/chat/completions/completions";
import type { Completion, CompletionChoice } from "openai/resources/completions";
import type { Model } from "openai/resources/models";
import type { Response, ResponseStreamEvent } from "openai/resources/responses/responses";
import type { ErrorObject } from "openai/resources/shared";

export type { ChatCompletion, ChatCompletionChunk, Completion, Model, Response, ResponseStreamEvent };

export type ModelList = PageResponse<Model>;

export interface ErrorAnswer {
  error: ErrorObject;
}

// The document describes chunks of completions as completions. OpenAI sends null where a chunk has no reason or no usage yet.
export type CompletionChunk = Omit<Completion, "choices" | "usage"> & {
  choices: (Omit<CompletionChoice, "finish_reason"> & { finish_reason: CompletionChoice["finish_reason"] | null })[];
  usage?: Completion["usage"] | null;
};

// Nor does it say that an echoed prompt's first token has no log-probability.
export type EchoedCompletion = Omit<Completion, "choices"> & {
  choices: (Omit<CompletionChoice, "logprobs"> & {
    logprobs: Omit<CompletionChoice.Logprobs, "token_logprobs" | "top_logprobs"> & {
      token_logprobs: (number | null)[];
      top_logprobs: (Record<string, number> | null)[];
    };
  })[];
};
