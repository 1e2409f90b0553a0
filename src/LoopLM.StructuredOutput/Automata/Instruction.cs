namespace LoopLM.StructuredOutput.Automata;

/// <summary>One step of a grammar; <see cref="Opcode"/> says what the operands mean.</summary>
internal readonly record struct Instruction(Opcode Op, int A = 0, int B = 0, int Min = 0, int Max = 0);
