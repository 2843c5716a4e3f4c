using TaskMesh.Core.Recon;
using TaskMesh.Workers.BareMetal.Scanning.Dns;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Dns;

public class DnsQuestionsTests
{
    [Fact]
    public void Every_name_and_every_word_below_it_is_asked_for_every_type_once()
    {
        var questions = Questions(["example.com", "example.org"], ["www", "a.b"], _ => true);

        var asked = Enumerable.Range(0, (int)questions.Count).Select(index => Read(questions, (ulong)index)).ToArray();

        string[] names = ["example.com", "www.example.com", "a.b.example.com", "example.org", "www.example.org", "a.b.example.org"];
        Assert.Equal(names.SelectMany(name => new[] { $"{name} A", $"{name} Mx" }).Order(), asked.Order());
        Assert.NotEqual(asked.Order(), asked);
    }

    [Fact]
    public void What_the_scope_denies_is_not_allowed_whether_given_or_made()
    {
        var questions = Questions(
            ["example.com", "denied.example.com"], ["www", "secret"], name => name is not ("denied.example.com" or "secret.example.com"));

        var allowed = Enumerable.Range(0, (int)questions.Count).Select(index => (ulong)index).Where(questions.IsAllowed);

        Assert.Equal(
            ["example.com", "secret.denied.example.com", "www.denied.example.com", "www.example.com"],
            allowed.Select(index => Read(questions, index).Split(' ')[0]).Distinct().Order());
    }

    private static DnsQuestions Questions(string[] names, string[] words, Func<string, bool> isAllowed) =>
        new(names, words, [DnsType.A, DnsType.Mx], seed: 7, isAllowed, allowsBelow: _ => false);

    private static string Read(DnsQuestions questions, ulong index)
    {
        Span<byte> name = stackalloc byte[DnsName.Longest];
        var type = questions.Read(index, name, out var length);
        return $"{DnsName.Text(name[..length])} {type}";
    }
}
