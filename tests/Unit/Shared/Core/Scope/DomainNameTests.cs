using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class DomainNameTests
{
    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("WWW.Example.COM.", "www.example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("_dmarc.example.com", "_dmarc.example.com")]
    [InlineData("localhost", "localhost")]
    [InlineData("", null)]
    [InlineData(".", null)]
    [InlineData("a..b", null)]
    [InlineData("example.com..", null)]
    [InlineData("-a.example", null)]
    [InlineData("a-.example", null)]
    [InlineData("a b.example", null)]
    [InlineData("a/b", null)]
    [InlineData("*.example.com", null)]
    [InlineData("a\n.example", null)]
    public void Names_have_one_form(string text, string? normal) => Assert.Equal(normal, DomainName.Normalise(text));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_label_has_at_most_63_bytes(int length, bool isName) =>
        Assert.Equal(isName, DomainName.Normalise($"{new string('a', length)}.example") is not null);

    [Theory]
    [InlineData("a", true)]
    [InlineData("aa", false)]
    public void A_name_has_at_most_253_bytes(string last, bool isName) =>
        Assert.Equal(isName, DomainName.Normalise(string.Concat(Enumerable.Repeat("a.", 126)) + last) is not null);

    [Fact]
    public void The_normal_form_of_any_text_is_its_own_normal_form() => Prop.ForAll<string?>(
        text => DomainName.Normalise(text ?? "") is not { } name || DomainName.Normalise(name) == name).QuickCheckThrowOnFailure();
}
