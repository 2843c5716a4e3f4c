using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Messages;

public class MessageReaderTests
{
    private const int Runs = 2_000;

    private static readonly Guid Fallback = new("01890a5d-ac96-774b-bcce-b302099a8057");

    private static readonly Gen<string> Texts =
        from text in ArbMap.Default.GeneratorFor<string?>()
        select Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? "")).Replace("\0", "");

    private static readonly Gen<JsonElement> Inputs =
        from key in Gen.OneOf(Texts, Gen.Elements("v", "type", "id"))
        from value in Gen.OneOf(Texts.Select(text => (object)text), Gen.Choose(-9, 9).Select(number => (object)number), Gen.Constant((object)true))
        select JsonSerializer.SerializeToElement(new Dictionary<string, object> { [key] = value });

    private static readonly Gen<ManagerMessage> Messages = Gen.OneOf(
        from kind in Texts
        from input in Inputs
        from priority in Gen.Choose(-200, 200)
        from seconds in Gen.Choose(0, 100_000)
        select (ManagerMessage)new CreateTask(kind, input, Priority: priority, Deadline: TimeSpan.FromSeconds(seconds)),
        from root in Nodes(3)
        from name in Texts
        select (ManagerMessage)new CreateCollection(root, name),
        from attempt in Gen.Choose(0, 100)
        from outcome in Outcomes()
        select (ManagerMessage)new CompleteTask(Guid.NewGuid(), attempt, Guid.NewGuid(), outcome),
        from who in Texts
        from isOn in Gen.Elements(true, false)
        select (ManagerMessage)new Control(new ControlAction.KillSwitch(isOn), who, who),
        Gen.Elements(Sweep.Minute, Sweep.Waits).Select(sweep => (ManagerMessage)new Tick(sweep)));

    [Fact]
    public void What_was_written_is_read_back() => Check(Messages, message =>
    {
        var sent = message with { Id = Guid.NewGuid() };
        var bytes = BytesOf(sent);

        var read = MessageReader.Read(bytes, Fallback, out var reason);

        return reason is null && read!.GetType() == sent.GetType() && BytesOf(read).SequenceEqual(bytes);
    });

    [Fact]
    public void Any_bytes_are_a_message_or_one_readable_reason() => Check(ArbMap.Default.GeneratorFor<byte[]>(), IsAnswered);

    [Fact]
    public void Any_JSON_is_a_message_or_one_readable_reason() => Check(Inputs, input => IsAnswered(Encoding.UTF8.GetBytes(input.GetRawText())));

    /// <summary>Nearly right is where readers go wrong: a real message with bytes lost, doubled and changed.</summary>
    [Fact]
    public void A_damaged_message_is_a_message_or_one_readable_reason() => Check(
        from message in Messages
        from damage in (from at in Gen.Choose(0, 10_000)
                        from value in Gen.Choose(0, 255)
                        from how in Gen.Choose(0, 2)
                        select (at, (byte)value, how)).NonEmptyListOf()
        select Damaged([.. BytesOf(message)], damage),
        IsAnswered);

    [Fact]
    public void A_message_without_an_id_gets_the_one_of_its_envelope() => Assert.Equal(
        Fallback, MessageReader.Read("""{"type":"Tick"}"""u8.ToArray(), Fallback, out _)!.Id);

    [Theory]
    [InlineData("""{"type":"\ud800"}""", "half a surrogate pair")]
    [InlineData("""{"type":"CreateTask","kind":"insert-data","input":{"deep":[{"\udc00":1}]}}""", "half a surrogate pair")]
    [InlineData("""{"type":"CreateTask","kind":"insert-data","input":{},"name":"a\u0000b"}""", "U+0000")]
    public void A_string_that_is_no_text_is_told(string body, string fault)
    {
        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(body), Fallback, out var reason));
        Assert.Equal($"not a message: a string holds {fault}", reason);
    }

    [Fact]
    public void A_reason_that_a_task_failed_for_can_be_kept()
    {
        var body = JsonSerializer.SerializeToUtf8Bytes<ManagerMessage>(
            new CompleteTask(Guid.NewGuid(), 1, Guid.NewGuid(), new TaskOutcome.Failed(ErrorClass.Fatal, "banner: \0!")),
            MessageJson.Default.ManagerMessage);

        var read = Assert.IsType<CompleteTask>(MessageReader.Read(body, Fallback, out _));

        Assert.Equal("banner: \uFFFD!", Assert.IsType<TaskOutcome.Failed>(read.Outcome).Message);
    }

    [Fact]
    public void What_a_task_found_may_hold_any_character()
    {
        ManagerMessage found = new CompleteTask(Fallback, 1, Fallback, new TaskOutcome.Succeeded(JsonElement.Parse("""["\u0000"]""")));

        Assert.NotNull(MessageReader.Read(BytesOf(found), Fallback, out _));
    }

    [Theory]
    [InlineData("""{"type":"CreateCollection","root":{"children":[]}}""", "line 1, column 36: root")]
    [InlineData("""{"type":"Control","action":{},"who":"a","why":"b"}""", "line 1, column 29: action")]
    public void A_part_without_its_type_is_told_with_its_place(string body, string place)
    {
        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(body), Fallback, out var reason));
        Assert.StartsWith($"not a message: {place}: an object that needs a \"type\" has none", reason);
    }

    [Fact]
    public void Depth_has_a_limit()
    {
        var deep = $$"""{"type":"CreateTask","kind":"a","input":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""";

        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(deep), Fallback, out var reason));
        Assert.StartsWith("not a message: ", reason);
    }

    private static bool IsAnswered(byte[] body)
    {
        var message = MessageReader.Read(body, Fallback, out var reason);
        return message is null ? IsReadable(reason) : reason is null && message.Id != Guid.Empty;
    }

    private static bool IsReadable(string? reason) => !string.IsNullOrWhiteSpace(reason) && reason.Contains(": ", StringComparison.Ordinal);

    private static byte[] Damaged(List<byte> bytes, IEnumerable<(int At, byte Value, int How)> damage)
    {
        foreach (var (at, value, how) in damage)
        {
            var place = at % (bytes.Count + 1);
            if (how == 0 || place == bytes.Count)
                bytes.Insert(place, value);
            else if (how == 1)
                bytes[place] = value;
            else
                bytes.RemoveAt(place);
        }
        return [.. bytes];
    }

    private static byte[] BytesOf(ManagerMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.ManagerMessage);

    private static Gen<CollectionNode> Nodes(int depth)
    {
        var task = from name in Texts
                   from input in Inputs
                   select (CollectionNode)new TaskNode(name, "insert-data", input);
        if (depth == 0)
            return task;
        var children = Nodes(depth - 1).ListOf().Select(nodes => (IReadOnlyList<CollectionNode>)[.. nodes.Take(3)]);
        return Gen.OneOf(
            task,
            children.Select(nodes => (CollectionNode)new SequentialNode(nodes, Policy: CompletionPolicy.All.Instance)),
            children.Select(nodes => (CollectionNode)new ParallelNode(nodes, MaxConcurrency: nodes.Count)));
    }

    private static Gen<TaskOutcome> Outcomes() => Gen.OneOf(
        Inputs.Select(data => (TaskOutcome)new TaskOutcome.Succeeded(data)),
        from error in Gen.Elements(ErrorClass.Fatal, ErrorClass.Retryable, ErrorClass.Infrastructure)
        from message in Texts
        select (TaskOutcome)new TaskOutcome.Failed(error, message),
        Gen.Choose(0, 1000).Select(seconds => (TaskOutcome)new TaskOutcome.TimedOut(TimeSpan.FromSeconds(seconds))),
        Inputs.Select(checkpoint => (TaskOutcome)new TaskOutcome.Yielded(TimeSpan.FromMilliseconds(5), checkpoint)));

    private static void Check<T>(Gen<T> generator, Func<T, bool> holds) =>
        Prop.ForAll(generator.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));
}
