using System.Xml;
using FsCheck;
using FsCheck.Fluent;
using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class MessageRulesTests
{
    [Fact]
    public void A_text_is_accepted_exactly_if_XML_can_carry_it() => Check.QuickThrowOnFailure(Prop.ForAll<string>(text =>
    {
        var accepted = Code(() => MessageRules.CheckCharacters(text ?? "")) is null;

        return accepted == IsXml(text ?? "");
    }));

    /// <summary>No theory: an attribute cannot hold half a surrogate pair.</summary>
    [Fact]
    public void Characters_outside_XML_are_refused()
    {
        string[] texts = ["\0", "a\u001Fb", "\uFFFE", "\uD800", "\uDC00\uD800", "\uD83D", "\uD83Dx"];

        Assert.All(texts, text => Assert.Equal("InvalidMessageContents", Code(() => MessageRules.CheckCharacters(text))));
    }

    [Theory]
    [InlineData("\t\n\r ~\u0085\uD7FF\uE000\uFFFD")]
    [InlineData("\uD83D\uDE00")]
    public void Characters_of_XML_are_accepted(string text) => MessageRules.CheckCharacters(text);

    [Fact]
    public void The_limit_counts_bytes_and_includes_the_attributes()
    {
        var attributes = new Dictionary<string, MessageAttributeValue> { ["name"] = new("String", "value") };
        const int attributeBytes = 4 + 6 + 5;

        var fits = new SqsEntry { MessageBody = new string('é', 500), MessageAttributes = attributes };
        var exceeds = fits with { MessageBody = fits.MessageBody + "x" };

        Assert.Null(Code(() => MessageRules.CheckMessage(fits, 1000 + attributeBytes)));
        Assert.Equal("InvalidParameterValue", Code(() => MessageRules.CheckMessage(exceeds, 1000 + attributeBytes)));
    }

    [Theory]
    [InlineData(0, "AWS.SimpleQueueService.EmptyBatchRequest")]
    [InlineData(1, null)]
    [InlineData(10, null)]
    [InlineData(11, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")]
    public void A_batch_has_one_to_ten_entries(int count, string? code)
    {
        var entries = Enumerable.Range(0, count).Select(id => new SqsEntry { Id = $"{id}" }).ToList();

        Assert.Equal(code, Code(() => MessageRules.CheckBatch(entries, "Entry")));
    }

    [Theory]
    [InlineData("AWS.SimpleQueueService.InvalidBatchEntryId", "")]
    [InlineData("AWS.SimpleQueueService.InvalidBatchEntryId", "a:b")]
    [InlineData("AWS.SimpleQueueService.InvalidBatchEntryId", "a\n")]
    [InlineData("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "a", "b", "a")]
    [InlineData(null, "a", "A", "1-_")]
    public void The_ids_of_a_batch_are_short_words_and_distinct(string? code, params string[] ids) =>
        Assert.Equal(code, Code(() => MessageRules.CheckBatch([.. ids.Select(id => new SqsEntry { Id = id })], "Entry")));

    [Theory]
    [InlineData("name", "String", "x", true)]
    [InlineData("na.me", "String.json", "x", true)]
    [InlineData("AWS.name", "String", "x", false)]
    [InlineData(".name", "String", "x", false)]
    [InlineData("na..me", "String", "x", false)]
    [InlineData("name", "Text", "x", false)]
    [InlineData("name", "String", "", false)]
    [InlineData("name", "Number", "-1.5e3", true)]
    [InlineData("name", "Number", "one", false)]
    public void Attributes_have_plain_names_known_types_and_values(string name, string type, string value, bool isGood)
    {
        var message = new SqsEntry
        {
            MessageBody = "x",
            MessageAttributes = new Dictionary<string, MessageAttributeValue> { [name] = new(type, value) },
        };

        Assert.Equal(isGood ? null : "InvalidParameterValue", Code(() => MessageRules.CheckMessage(message, MessageRules.MaxBytes)));
    }

    [Theory]
    [InlineData(null, "MissingParameter")]
    [InlineData(-1, "InvalidParameterValue")]
    [InlineData(43_201, "InvalidParameterValue")]
    [InlineData(43_200, null)]
    public void A_visibility_timeout_is_at_most_twelve_hours(int? seconds, string? code) =>
        Assert.Equal(code, Code(() => MessageRules.CheckVisibility(seconds)));

    private static string? Code(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (AwsException refusal)
        {
            return refusal.Code;
        }
    }

    private static bool IsXml(string text)
    {
        try
        {
            XmlConvert.VerifyXmlChars(text);
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
