using System.Runtime.CompilerServices;
using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput;

/// <summary>
/// What a text may be, byte by byte: a pushdown automaton that <see cref="GrammarCompiler"/> makes from a <see cref="TextForm"/>.
/// Immutable; one grammar serves any number of <see cref="TokenConstraint"/>s on any threads.
/// </summary>
public sealed class TextGrammar
{
    private readonly byte[] _classes = new byte[256];

    internal TextGrammar(GrammarBuilder builder, int start, int maxDepth)
    {
        Code = [.. builder.Code];
        Sets = [.. builder.Sets];
        Measures = [.. builder.Measures];
        var costs = new CompletionCosts(Code, Sets, Measures);
        BytesToEnd = costs.Bytes();
        Depths = costs.Depths();
        Tallies = FindTallies();
        FreeTexts = FindFreeTexts();
        Start = start;
        MaxDepth = maxDepth;
        Classes = ClassifyBytes();
    }

    /// <summary>Bytes of the shortest text.</summary>
    public long ShortestLength => BytesToEnd[Start];

    /// <summary>Bytes of memory that it takes, about.</summary>
    public long Size => (Code.Length * (long)(Unsafe.SizeOf<Instruction>() + (2 * sizeof(long)) + (2 * sizeof(int))))
        + (Sets.Length * (long)Unsafe.SizeOf<ByteSet>())
        + (Measures.Sum(measure => measure.Size) * sizeof(int)) + _classes.Length + Classes.Length;

    internal Instruction[] Code { get; }

    internal ByteSet[] Sets { get; }

    internal LengthMeasure[] Measures { get; }

    /// <summary>By instruction within a code point that is counted: the place of the <see cref="Opcode.Tally"/> that ends it; -1 elsewhere.</summary>
    internal int[] Tallies { get; }

    /// <summary>By instruction: the fewest bytes to the end of its rule.</summary>
    internal long[] BytesToEnd { get; }

    /// <summary>By instruction: the fewest calls that have to be open at once to reach the end of its rule.</summary>
    internal long[] Depths { get; }

    /// <summary>By instruction that reads the first byte of a character of free text: the place of its <see cref="Opcode.Free"/>; -1 elsewhere.</summary>
    internal int[] FreeTexts { get; }

    internal int Start { get; }

    /// <summary>Calls that may be open at once.</summary>
    internal int MaxDepth { get; }

    /// <summary>One byte of each class of bytes that no instruction tells apart.</summary>
    internal byte[] Classes { get; }

    /// <summary>The class of a byte, an index into <see cref="Classes"/>.</summary>
    internal int ClassOf(byte value) => _classes[value];

    // What is read within a code point is written behind what follows it.
    private int[] FindTallies()
    {
        var tallies = new int[Code.Length];
        for (var place = 0; place < tallies.Length; place++)
        {
            var instruction = Code[place];
            tallies[place] = instruction.Op switch
            {
                Opcode.Tally => place,
                Opcode.Bytes => tallies[instruction.B],
                Opcode.Split when tallies[instruction.A] == tallies[instruction.B] => tallies[instruction.A],
                _ => -1,
            };
        }

        return tallies;
    }

    private int[] FindFreeTexts()
    {
        var texts = new int[Code.Length];
        Array.Fill(texts, -1);
        var pending = new Stack<int>();
        for (var place = 0; place < Code.Length; place++)
        {
            if (Code[place].Op == Opcode.Free)
            {
                pending.Push(Code[place].A);
            }

            while (pending.TryPop(out var at))
            {
                if (Code[at].Op == Opcode.Bytes)
                {
                    texts[at] = place;
                }
                else if (Code[at].Op is Opcode.Split or Opcode.Jump)
                {
                    pending.Push(Code[at].A);
                    pending.Push(Code[at].Op == Opcode.Split ? Code[at].B : Code[at].A);
                }
            }
        }

        return texts;
    }

    // Splits the one class of all bytes by every set in turn.
    private byte[] ClassifyBytes()
    {
        var count = 1;
        Span<short> parts = stackalloc short[2 * 256];
        foreach (var set in Sets)
        {
            // By class, without and within the set; -1 for what no byte is in so far.
            parts[..(2 * count)].Fill(-1);
            count = 0;
            for (var value = 0; value < 256; value++)
            {
                ref var part = ref parts[(2 * _classes[value]) + (set.Contains((byte)value) ? 1 : 0)];
                part = part < 0 ? (short)count++ : part;
                _classes[value] = (byte)part;
            }
        }

        var classes = new byte[count];
        for (var value = 255; value >= 0; value--)
        {
            classes[_classes[value]] = (byte)value;
        }

        return classes;
    }
}
