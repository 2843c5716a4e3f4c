using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Cli.Output;

namespace TaskMesh.Unit.Cli.Output;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain, ünïcödé, 日本, 😀", "plain, ünïcödé, 日本, 😀")]
    [InlineData("\e[2Jgone", "\\u{1b}[2Jgone")]
    [InlineData("\e]0;title\a", "\\u{1b}]0;title\\u{7}")]
    [InlineData("over\rwritten\n", "over\\u{d}written\\u{a}")]
    [InlineData("\u009b31m", "\\u{9b}31m")]
    [InlineData("txt.\u202eexe", "txt.\\u{202e}exe")]
    [InlineData("zero\u200bwidth", "zero\\u{200b}width")]
    [InlineData("two\u2028lines", "two\\u{2028}lines")]
    [InlineData("tag\U000e0041", "tag\\u{e0041}")]
    public void What_could_move_the_cursor_or_hide_text_is_shown_as_an_escape(string text, string shown) =>
        Assert.Equal(shown, TerminalText.Safe(text));

    [Fact]
    public void No_text_gets_a_control_character_through() => Prop.ForAll<string?>(
        text => !TerminalText.Safe(text ?? "").Any(char.IsControl)).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_safe_stays_as_it_is() => Prop.ForAll<string?>(
        text => TerminalText.Safe(TerminalText.Safe(text ?? "")) == TerminalText.Safe(text ?? "")).QuickCheckThrowOnFailure();
}
