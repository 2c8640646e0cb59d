using System.CommandLine;
using System.Text;
using Cairn.Cli;
using Cairn.Cli.Invoking;

namespace Cairn.Unit.Tests.Cli;

/// <summary>docs/reference/cli.md says of each command what the command says of itself.</summary>
public class ReferencePageTests
{
    private const string Mark = "<!-- What follows is what the commands say of themselves; a test holds it to that. -->";

    [Fact]
    public void The_reference_is_what_the_commands_say()
    {
        var page = Path.Combine(Root(), "docs", "reference", "cli.md");
        var written = File.ReadAllText(page);
        var prose = written[..(written.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)];
        var expected = $"{prose}\n\n{Describe(CommandLine.Build())}";

        if (written == expected) return;
        var proposal = Path.Combine(Root(), "artifacts", "cli.md");
        File.WriteAllText(proposal, expected);
        var (onPage, said) = written.Split('\n').Zip(expected.Split('\n')).FirstOrDefault(lines => lines.First != lines.Second);
        Assert.Fail($"The page says '{onPage}' where the commands say '{said}'. If that is wanted: cp {proposal} {page}");
    }

    [Fact]
    public void Every_list_can_be_had_as_JSON()
    {
        var silent = All(CommandLine.Build()).Where(c => c.Name == "list" && !c.Options.Contains(GlobalOptions.Json)).Select(c => c.Parents.First().Name);

        silent.ShouldBeEmpty();
    }

    [Fact]
    public void Every_command_option_and_argument_says_what_it_is()
    {
        var commands = All(CommandLine.Build()).ToList();
        var mute = commands.Cast<Symbol>().Concat(commands.SelectMany(c => c.Options)).Concat(commands.SelectMany(c => c.Arguments)).Where(s => string.IsNullOrEmpty(s.Description)).Select(s => s.Name);

        mute.ShouldBeEmpty();
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    private static string Describe(RootCommand root)
    {
        var text = new StringBuilder("## Options of every command\n\n| option | |\n|---|---|\n");
        foreach (var option in GlobalOptions.Recursive) text.Append(Row(option));
        foreach (var command in root.Subcommands) Describe(text, command, "cairn");
        return text.ToString();
    }

    private static void Describe(StringBuilder text, Command command, string path)
    {
        var usage = string.Join(' ', command.Arguments.Select(a => a.Arity.MinimumNumberOfValues == 0 ? $"[{a.Name}]" : $"<{a.Name}>").Prepend($"{path} {command.Name}"));
        text.Append('\n').Append(path == "cairn" ? "## " : "### ").Append('`').Append(usage).Append("`\n\n").Append(command.Description).Append(".\n");
        if (command.Arguments.Count + command.Options.Count > 0)
        {
            text.Append("\n| | |\n|---|---|\n");
            foreach (var argument in command.Arguments) text.Append("| `").Append(argument.Name).Append("` | ").Append(argument.Description).Append(" |\n");
            foreach (var option in command.Options) text.Append(Row(option));
        }

        foreach (var sub in command.Subcommands) Describe(text, sub, $"{path} {command.Name}");
    }

    private static string Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Prepend(option.Name).Select(n => $"`{n}{(option.HelpName is { } value ? $" <{value}>" : "")}`"));
        return $"| {names} | {option.Description}{(option.Required ? " (required)" : "")} |\n";
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
