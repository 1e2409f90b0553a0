using static LoopLM.Server.Rest.Requests.RequestKinds;

namespace LoopLM.Server.Rest.Requests;

/// <summary>
/// The fields of OpenAI's API and of its dialects (vLLM, SGLang, llama.cpp, TGI, Ollama, LM Studio, OpenRouter) that requests do not read
/// here. A field that some kinds of requests read has a rule for the others.
/// </summary>
internal static class FieldTable
{
    private const string Off = "[false]";
    private const string Empty = "[[],{},\"\",false]";
    private const string LeaveOut = "leave it out";
    private const string NoPlugins = "no code comes with a request; leave it out";
    private const string TextOnly = "the model reads text only; leave it out";
    private const string Held = "hold the text to an output format with 'response_format' or 'structured_outputs'";
    private const string InResponses = "the output format is in 'text.format'";
    private const string Stateless = "nothing is stored; send the whole conversation as 'input'";
    private const string Effort = "use 'reasoning_effort', or 'chat_template_kwargs' with what the model's chat template reads";
    private const string Nested = "its members are in the body itself";

    /// <summary>How long an answer is to be; responses have it within <c>text</c>.</summary>
    public static readonly FieldRule Verbosity = new("verbosity", "say in a message how long the answer is to be", "[\"medium\"]");

    private static readonly FieldRule[] s_refused =
    [
        // The prompt.
        new("messages", "use 'input'", Kinds: Response),
        new("messages", "use 'prompt', or send chats to /v1/chat/completions", Kinds: Completion | Comparison),
        new("input", "use 'messages', or send it to /v1/responses", Kinds: Chats),
        new("input", "use 'prompt'", Kinds: Completion | Comparison | Tokenizing),
        new("prompt", "use 'messages', or send it to /v1/completions", Kinds: Chats),
        new("prompt", "templates of prompts are not stored here; send their text as 'instructions' and 'input'", Kinds: Response),
        new("instructions", "use a message of the role system", Kinds: Chats),
        new("system", "use a message of the role system", Kinds: Chats),
        new("system", "use 'instructions'", Kinds: Response),
        new("system", "write it into 'prompt'", Kinds: Completion | Comparison),
        new("system_prompt", "use a message of the role system"),
        new("inputs", "use 'messages'", Kinds: Chats),
        new("inputs", "use 'prompt'", Kinds: Completion | Comparison | Tokenizing),
        new("text", "use 'prompt'", Kinds: Completion | Comparison | Tokenizing),
        new("content", "use 'prompt' for text, or 'messages'", Kinds: Tokenizing),
        new("input_ids", "'prompt' of /v1/completions takes token ids", Kinds: Any),
        new("prompt_token_ids", "'prompt' of /v1/completions takes token ids", Kinds: Any),
        new("suffix", "the model only continues text; leave it out", "[\"\"]"),
        new("input_prefix", "the model only continues text; write it into 'prompt'", "[\"\"]"),
        new("input_suffix", "the model only continues text; write it into 'prompt'", "[\"\"]"),
        new("input_extra", "the model only continues text; write it into 'prompt'", "[[]]"),
        new("template", "only the checkpoint's own template is run; leave it out", "[\"\"]", Any),
        new("chat_template", "a template is a program, and only the checkpoint's own is run; leave it out", Kinds: Any),
        new("documents", "write them into a message", Empty, Any),
        new("tool_prompt", "only the checkpoint's own template is run; leave it out", "[\"\"]", Any),
        new("raw", "send the text itself to /v1/completions", Off),
        new("context", "send the whole conversation as 'messages'", Empty),
        new("previous_response_id", Stateless),
        new("conversation", Stateless),
        new("previous_input_messages", Stateless, Empty),
        new("previous_response_messages", Stateless, Empty),
        new("context_management", "nothing is left out of a conversation here; leave it out", Empty),
        new("background", "nothing is stored; wait for the answer, or take it with 'stream'", Off),
        new("session_params", "nothing is stored; send the whole conversation", Empty),
        new("truncate_prompt_tokens", "it shortens prompts of requests that generate; leave it out", "[-1]", Tokenizing),
        new("truncate", "use 'truncate_prompt_tokens'", "[false]"),
        new("transforms", "nothing is left out of a conversation here; use 'truncate_prompt_tokens'", Empty),
        new("chat_template_kwargs", "only chats have a template; leave it out", Empty, Completion | Comparison),

        // Other media.
        new("modalities", TextOnly, "[[\"text\"],[]]"),
        new("audio", TextOnly),
        new("images", TextOnly, Empty),
        new("image_data", TextOnly, Empty),
        new("video_data", TextOnly, Empty),
        new("audio_data", TextOnly, Empty),
        new("multimodal_data", TextOnly, Empty),
        new("multi_modal_data", TextOnly, Empty),
        new("mm_processor_kwargs", TextOnly, Empty),
        new("media_io_kwargs", TextOnly, Empty),
        new("prompt_embeds", "the model reads tokens only; use 'messages'", Empty, Chats),
        new("prompt_embeds", "the model reads tokens only; use 'input'", Empty, Response),
        new("prompt_embeds", "the model reads tokens only; use 'prompt'", Empty),
        new("input_embeds", "the model reads tokens only; leave it out", Empty),

        // Tools.
        new("functions", "use 'tools'", Empty, Any),
        new("function_call", "use 'tool_choice'", "[\"none\",\"auto\"]", Any),
        new("tools", "only chats call tools: use /v1/chat/completions or /v1/responses", Empty, Completion | Comparison),
        new("tool_choice", "only chats call tools: use /v1/chat/completions or /v1/responses",
            "[\"none\",\"auto\"]", Completion | Comparison),
        new("web_search_options", "nothing is fetched here; leave it out"),
        new("search_parameters", "nothing is fetched here; leave it out", Empty),
        new("enable_search", "nothing is fetched here; leave it out", Off),
        new("safe_prompt", "use a message of the role system", Off),
        new("plugins", "nothing is fetched here; leave it out", Empty),
        new("mcp_servers", "nothing is fetched here; offer the tools as functions", Empty),

        // Length.
        new("max_tokens", "use 'max_output_tokens'", Kinds: Response),
        new("max_completion_tokens", "use 'max_output_tokens'", Kinds: Response),
        new("n_predict", "use 'max_output_tokens'", "[-1]", Response),
        new("max_output_tokens", "use 'max_completion_tokens'", Kinds: Chats),
        new("max_output_tokens", "use 'max_tokens'", Kinds: Completion | Comparison),
        new("max_completion_tokens", "use 'max_tokens'", Kinds: Completion | Comparison),
        new("max_new_tokens", "use 'max_output_tokens'", Kinds: Response),
        new("max_new_tokens", "use 'max_tokens'"),
        new("num_predict", "use 'max_output_tokens'", Kinds: Response),
        new("num_predict", "use 'max_tokens'"),
        new("max_length", "use 'max_output_tokens'", Kinds: Response),
        new("max_length", "use 'max_tokens'"),
        new("max_tokens_to_sample", "use 'max_tokens'"),
        new("max_gen_len", "use 'max_tokens'"),
        new("min_new_tokens", "use 'min_tokens'", "[0]"),
        new("t_max_predict_ms", "limit the tokens instead of the time", "[0,-1]"),
        new("max_time", "limit the tokens instead of the time", "[0]"),
        new("num_ctx", "the context is the server's setting; leave it out"),
        new("n_ctx", "the context is the server's setting; leave it out"),

        // Choosing tokens.
        new("n", "one answer is given; send the request again", "[1]", Response),
        new("n_cmpl", "use 'n'", "[1]"),
        new("num_return_sequences", "use 'n'", "[1]"),
        new("use_beam_search", "tokens are drawn one by one; leave it out", Off),
        new("num_beams", "tokens are drawn one by one; leave it out", "[1]"),
        new("beam_width", "tokens are drawn one by one; leave it out", "[1]"),
        new("length_penalty", "it belongs to beam search; leave it out", "[1,0]"),
        new("early_stopping", "it belongs to beam search; leave it out", Off),
        new("do_sample", "set 'temperature' to 0 for the most probable tokens", "[true]"),
        new("typical_p", "use 'top_p' or 'min_p'", "[1]"),
        new("typical", "use 'top_p' or 'min_p'", "[1]"),
        new("min_length", "use 'min_tokens'", "[0]"),
        new("tfs_z", "use 'top_p' or 'min_p'", "[1]"),
        new("top_a", "use 'top_p' or 'min_p'", "[0]"),
        new("top_n_sigma", "use 'top_p' or 'min_p'", "[-1,0]"),
        new("epsilon_cutoff", "use 'min_p'", "[0]"),
        new("eta_cutoff", "use 'min_p'", "[0]"),
        new("xtc_probability", "use 'top_p' or 'min_p'", "[0]"),
        new("mirostat", "use 'top_p' or 'min_p'", "[0]"),
        new("mirostat_mode", "use 'top_p' or 'min_p'", "[0]"),
        new("adaptive_target", "use 'top_p' or 'min_p'", "[-1]"),
        new("dynatemp_range", "use 'temperature'", "[0]"),
        new("dynamic_temperature", "use 'temperature'", Off),
        new("smoothing_factor", "use 'temperature'", "[0]"),
        new("min_keep", "use 'top_k'", "[0,1]"),
        new("samplers", "the order of docs/api.md cannot be changed; leave it out", Empty),
        new("sampler_priority", "the order of docs/api.md cannot be changed; leave it out", Empty),
        new("temperature_last", "the order of docs/api.md cannot be changed; leave it out", Off),
        new("repeat_penalty", "use 'repetition_penalty'", "[1]"),
        new("dry_multiplier", "use 'repetition_penalty'", "[0]"),
        new("no_repeat_ngram_size", "use 'repetition_penalty'", "[0]"),
        new("encoder_repetition_penalty", "use 'repetition_penalty'", "[1]"),
        new("repetition_detection", "use 'repetition_penalty'", Empty),
        new("watermark", "no answer is marked; leave it out", Off),
        new("banned_tokens", "use 'bad_words', or 'logit_bias' with -100", Empty),
        new("banned_strings", "use 'bad_words'", Empty),
        new("bad_words_ids", "use 'bad_words', or 'logit_bias' with -100", Empty),
        new("suppress_tokens", "use 'logit_bias' with -100", Empty),
        new("force_words_ids", Held, Empty),
        new("penalty_alpha", "use 'repetition_penalty'", "[0]"),
        new("random_seed", "use 'seed'"),
        new("logits_processors", NoPlugins, Empty),
        new("logits_processor", NoPlugins, Empty),
        new("custom_logit_processor", NoPlugins, Empty),
        new("custom_params", NoPlugins, Empty),
        new("vllm_xargs", NoPlugins, Empty),
        new("lora", "name a model that is served as 'model'", Empty),
        new("lora_path", "name a model that is served as 'model'", Empty),
        new("adapter_id", "name a model that is served as 'model'", Empty),
        new("detokenize", "answers are text; leave it out", "[true]"),
        new("post_sampling_probs", "log-probabilities are the model's own; leave it out", Off),

        // The output format.
        new("grammar", Held, Empty),
        new("ebnf", Held, Empty),
        new("lark", Held, Empty),
        new("structural_tag", Held, Empty),
        new("stop_regex", "use 'stop' with strings", Empty),
        new("stop_sequences", "use 'stop'", Empty),
        new("stopping_strings", "use 'stop'", Empty),
        new("stop_words", "use 'stop'", Empty),
        new("json_mode", Held, Off),
        new("response_schema", Held, Empty),
        new("response_mime_type", Held, "[\"text/plain\"]"),
        new("output_format", Held, Empty),
        new("output_config", Held, Empty),
        new("output_schema", Held, Empty),
        new("no_stop_trim", "use 'include_stop_str_in_output'", Off),
        new("guided_grammar", Held, Empty),
        new("guided_whitespace_pattern", "the white space of JSON is fixed; leave it out", "[\"\"]"),
        new("response_format", InResponses, Kinds: Response),
        new("structured_outputs", InResponses, Kinds: Response),
        new("guided_json", InResponses, Kinds: Response),
        new("guided_regex", InResponses, Kinds: Response),
        new("guided_choice", InResponses, Kinds: Response),
        new("json_schema", InResponses, Empty, Response),
        new("regex", InResponses, Empty, Response),
        new("format", InResponses, Empty, Response),
        new("text", "use 'response_format' for the output format", Empty, Chats),
        Verbosity,

        // Reasoning.
        new("reasoning_effort", "use 'reasoning' with 'effort'", Kinds: Response),
        new("reasoning_effort", "only chats think; use 'max_loops' and 'exit_threshold' for depth", Kinds: Completion | Comparison),
        new("reasoning", "use 'reasoning_effort'", Empty, Chats),
        new("reasoning", "only chats think; use 'max_loops' and 'exit_threshold' for depth", Empty, Completion | Comparison),
        new("thinking_token_budget", "only the reasoning of chats has a budget; use 'max_tokens'", "[-1]", Completion | Comparison),
        new("thinking_budget", "use 'thinking_token_budget'", "[-1]"),
        new("thinking_budget_tokens", "use 'thinking_token_budget'", "[-1]"),
        new("reasoning_budget", "use 'thinking_token_budget'", "[-1]"),
        new("reasoning_budget_tokens", "use 'thinking_token_budget'", "[-1]"),
        new("reasoning_max_tokens", "use 'thinking_token_budget'", "[-1]"),
        new("think", Effort),
        new("thinking", Effort),
        new("enable_thinking", Effort),
        new("thinking_forced_open", Effort, Off),
        new("reasoning_format", "use 'separate_reasoning'", "[\"auto\",\"deepseek\"]"),

        // Reports.
        new("logprobs", "use 'include' with message.output_text.logprobs", "[false]", Response),
        new("logprobs", "use 'return_loop_logprobs'", "[0,false]", Comparison),
        new("top_logprobs", "use 'logprobs' with a number", "[0]", Completion | Comparison),
        new("prompt_logprobs", "use /v1/chat/completions", Kinds: Response),
        new("prompt_logprobs", "use /v1/completions", Kinds: Comparison),
        new("n_probs", "use 'logprobs'", "[0]"),
        new("top_n_tokens", "use 'logprobs'", "[0]"),
        new("top_logprobs_num", "use 'logprobs'", "[0]"),
        new("return_logprob", "use 'logprobs'", Off),
        new("decoder_input_details", "use 'prompt_logprobs'", Off),
        new("return_full_text", "use 'echo'", Off),
        new("echo", "leave it out", Off, Response | Comparison),
        new("return_hidden_states", LeaveOut, Off),
        new("return_routed_experts", "the model has no experts; leave it out", Off),
        new("stream", "a comparison comes whole", Off, Comparison),
        new("stream_options", "a comparison comes whole", Empty, Comparison),

        // What is one level higher here.
        new("options", Nested, Empty),
        new("parameters", Nested, Empty),
        new("sampling_params", Nested, Empty),
        new("extra_body", Nested, Empty),
        new("extra_query", Nested, Empty),

        // Scaling out.
        new("kv_transfer_params", "the keys and values of a request stay where it runs; leave it out", Empty),
        new("ec_transfer_params", "the keys and values of a request stay where it runs; leave it out", Empty),
        new("models", "name one model as 'model'", Empty),
    ];

    /// <summary>
    /// Fields that change nothing about an answer here: labels, hints for caches and queues, reports that
    /// are not made, and parameters of what is refused.
    /// </summary>
    private static readonly string[] s_accepted =
    [
        "user", "metadata", "service_tier", "safety_identifier", "prompt_cache_key",
        "prompt_cache_options", "prompt_cache_retention", "moderation", "prediction",
        "max_tool_calls", "store", "request_id", "rid", "priority", "extra_key",
        "session_id", "id_slot", "slot_id", "cache_prompt", "n_cache_reuse", "keep_alive",
        "ttl", "draft_model", "speculative.n_max", "speculative.n_min", "speculative.p_min",
        "n_keep", "n_discard", "n_indent", "shift", "guided_decoding_backend",
        "timings_per_token", "return_progress", "response_fields", "return_tokens",
        "return_meta_info", "return_text_in_logprobs", "return_cached_tokens_details",
        "return_prompt_token_ids", "return_prompt_text", "enable_response_messages",
        "include_usage", "usage", "details", "log_metrics", "custom_labels", "verbose",
        "parse_tool_calls", "stream_reasoning", "logprob_start_len",
        "routed_experts_prompt_start_len", "sse_ping_interval", "data_parallel_rank",
        "routed_dp_rank", "disagg_prefill_dp_rank", "bootstrap_host", "bootstrap_port",
        "bootstrap_room", "provider", "route", "dynatemp_exponent", "mirostat_tau",
        "mirostat_eta", "xtc_threshold", "dry_base", "dry_allowed_length", "dry_penalty_last_n",
        "dry_sequence_breakers", "repeat_last_n", "penalize_nl", "adaptive_decay",
        "add_generation_prompt", "continue_final_message", "spaces_between_special_tokens",
    ];

    /// <summary>All rules; of those for one name the first that is about a request counts.</summary>
    public static IReadOnlyList<FieldRule> Rules { get; } =
        [.. s_refused, .. s_accepted.Select(name => new FieldRule(name, Instead: null, Kinds: Any))];
}
