namespace LoopLM.Jinja.Tests;

/// <summary>Makes expressions of everything that the interpreter has: operators, filters, tests, methods, on values of all types, fitting or not.</summary>
/// <param name="random">The source.</param>
internal sealed class ExpressionGenerator(Random random)
{
    private static readonly string[] s_atoms =
    [
        "0", "1", "-1", "2", "3", "7", "10", "255", "1000", "-17", "9007199254740993", "18446744073709551616", "-100000000000000000000",
        "0.0", "-0.0", "0.5", "1.5", "2.5", "2.675", "-3.25", "1e16", "1e-5", "1e-6", "123456.789", "1e300", "0.1", "true", "false",
        "none", "missing", "''", "'a'", "'B'", "'abc'", "'Hello World'", "'  x '", "'12'", "'1_000'", "'-7'", "'0x1f'", "'1e3'", "'inf'",
        "'nan'", "'a,b,c'", "'it\\'s \"q\"'", "'<b>&'", "'ß'", "'É'", "'ΑΣ'", "'日本 語'", "'😀x'", "'a\\nb\\r\\nc'", "'tab\\there'",
        "'x-y z'", "'%s'", "'{}'", "'%d'", "'{0}'", "[]", "[1]", "[1, 2, 3]", "[3, 1, 2]", "['b', 'A', 'c']", "[1, 'a']", "[none, none]",
        "[[1, 2], [0, 3]]", "(1, 2)", "()", "('a',)", "[1.5, 2, true]", "{}", "{'a': 1}", "{'b': 2, 'a': 1}", "{1: 'x', none: 2}",
        "{(1, 2): 3}", "range(3)", "range(5, 0, -2)", "s", "t", "n", "f", "l", "d", "rows",
    ];

    private static readonly string[] s_filters =
    [
        "abs", "attr('a')", "batch(2) | list", "batch(2, 'x') | list", "capitalize", "center(9)", "center", "count", "default('d')",
        "default('d', true)", "dictsort", "dictsort(reverse=true)", "dictsort(by='value')", "dictsort(true)", "e", "escape",
        "forceescape", "filesizeformat", "filesizeformat(true)", "first", "float", "float(7)", "format(1)", "format('x')",
        "format(1, 2)", "groupby('k')", "groupby(0)", "indent", "indent(2, true)", "indent('> ', first=true)", "int", "int(9)",
        "int(base=16)", "int(default=3, base=2)", "items | list", "join", "join(', ')", "join('-', attribute='k')", "last", "length",
        "list", "lower", "map('upper') | list", "map(attribute='k') | list", "map(attribute='k', default='z') | list",
        "map('int') | list", "max", "min", "max(attribute='v')", "min(case_sensitive=true)", "reject('odd') | list",
        "rejectattr('k') | list", "replace('a', 'x')", "replace('', '.')", "replace('l', 'L', 1)", "reverse", "reverse | list", "round",
        "round(1)", "round(2)", "round(-1)", "round(1, 'floor')", "round(0, 'ceil')", "round(method='floor')", "safe", "select | list",
        "select('string') | list", "select('>', 1) | list", "selectattr('k') | list", "selectattr('k', 'equalto', 'x') | list",
        "selectattr('v', '>', 1) | list", "slice(2) | list", "slice(3, 0) | list", "sort", "sort(reverse=true)",
        "sort(case_sensitive=true)", "sort(attribute='v')", "sort(attribute='k,v')", "string", "striptags", "sum", "sum(start=10)",
        "sum(attribute='v')", "title", "tojson", "tojson(indent=2)", "tojson(ensure_ascii=true)", "tojson(sort_keys=true)", "trim",
        "trim('ab')", "truncate(5)", "truncate(6, true)", "truncate(4, leeway=0)", "truncate(3, true, '', 0)", "unique | list",
        "unique(true) | list", "upper", "urlencode", "wordcount", "wordwrap(5)", "wordwrap(4, false)", "wordwrap(6, wrapstring='|')",
        "xmlattr",
    ];

    private static readonly string[] s_methods =
    [
        "upper()", "lower()", "title()", "capitalize()", "swapcase()", "casefold()", "strip()", "lstrip('a')", "rstrip(' x')", "split()",
        "split(',')", "split(None, 1)", "rsplit(' ', 1)", "splitlines()", "splitlines(true)", "startswith('a')",
        "startswith(('x', 'a'))", "startswith('b', 1)", "endswith('c')", "endswith('b', 0, 2)", "find('b')", "find('l', 3)",
        "rfind('l')", "index('b')", "rindex('l')", "count('l')", "count('')", "count(1)", "index(2)", "replace('b', 'X')",
        "replace('', '-', 2)", "partition(',')", "rpartition(',')", "removeprefix('a')", "removesuffix('c')", "isalpha()", "isdigit()",
        "isdecimal()", "isnumeric()", "isalnum()", "isspace()", "isupper()", "islower()", "istitle()", "isascii()", "isprintable()",
        "isidentifier()", "zfill(5)", "center(7, '*')", "ljust(6, '.')", "rjust(6)", "expandtabs()", "expandtabs(4)", "join(['x', 'y'])",
        "join('ab')", "format(1, 2)", "format(a=1)", "get('a')", "get('z', 5)", "items()", "keys()", "values()", "keys() | list",
        "items() | list", "copy()",
    ];

    private static readonly string[] s_tests =
    [
        "defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "sequence",
        "iterable", "callable", "upper", "lower", "odd", "even", "divisibleby 3", "in [1, 'a']", "in 'abc'", "eq 1", "ne 1", "lt 2",
        "ge 'a'", "filter", "test", "escaped", "sameas none", "sameas true",
    ];

    private static readonly string[] s_operators = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"];

    private static readonly string[] s_formats =
    [
        "%s", "%r", "%d", "%5d|", "%-5d|", "%05d", "%+d", "%x", "%#X", "%o", "%c", "%e", "%.2e", "%f", "%.1f", "%08.3f", "%g", "%.3g",
        "%G", "%%", "%5s|", "%-5s|", "%.2s", "%i", "%u", "%a", "% d", "%#o", "%.0f", "%#.0f",
    ];

    private static readonly string[] s_specs =
    [
        "", ":>6", ":<6", ":^7", ":*^9", ":06", ":+", ":d", ":5d", ":x", ":#x", ":b", ":#o", ":,", ":_", ":e", ":.3e", ":f", ":.2f",
        ":g", ":.3g", ":%", ":.1%", ":.3", ":c", ":s", ":010,.2f", "!r", "!s:>8", "!a", ":=+8", ":n", ":G", ":X", ":.0f", ":#.0f",
        ":>+9.3e",
    ];

    public string Create() => random.Next(12) switch
    {
        0 => $"'{s_formats[random.Next(s_formats.Length)]}' % {Value(1)}",
        1 => $"'{{{s_specs[random.Next(s_specs.Length)]}}}'.format({Value(1)})",
        2 => $"{Value(1)} is {s_tests[random.Next(s_tests.Length)]}",
        _ => Value(3),
    };

    private string Value(int depth) => (depth == 0 ? 0 : random.Next(10)) switch
    {
        < 3 => s_atoms[random.Next(s_atoms.Length)],
        < 6 => $"({Value(depth - 1)}) | {s_filters[random.Next(s_filters.Length)]}",
        < 8 => $"({Value(depth - 1)}).{s_methods[random.Next(s_methods.Length)]}",
        8 => $"({Value(depth - 1)} {s_operators[random.Next(s_operators.Length)]} {Value(depth - 1)})",

        // Python reads constants by other rules, so a variable stands beside what is read.
        _ => $"({Value(depth - 1)}, s)[0][{Subscript()}]",
    };

    private string Subscript() => random.Next(8) switch
    {
        0 => "0",
        1 => "-1",
        2 => "1:",
        3 => ":-1",
        4 => "::-1",
        5 => "'a'",
        6 => "::2",
        _ => s_atoms[random.Next(s_atoms.Length)],
    };
}
