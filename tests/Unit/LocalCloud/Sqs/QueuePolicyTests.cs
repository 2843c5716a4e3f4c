using System.Text.Json;
using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class QueuePolicyTests
{
    private const string Arn = "arn:aws:sqs:eu-west-1:000000000000:jobs";

    [Fact]
    public void A_permission_is_a_statement_with_its_label()
    {
        var policy = Add(QueueAttributes.Default, "one").Texts["Policy"];

        Assert.Equal(
            $$"""{"Version":"2012-10-17","Id":"{{Arn}}/SQSDefaultPolicy","Statement":[{"Sid":"one","Effect":"Allow","""
            + $$"""{{"\""}}Principal":{"AWS":"arn:aws:iam::000000000001:root"},"Action":"SQS:SendMessage","Resource":"{{Arn}}"}]}""",
            policy);
    }

    [Fact]
    public void A_permission_joins_the_policy_that_is_there()
    {
        const string policy = """{"Version":"2008-10-17","Statement":{"Sid":"own","Effect":"Deny"}}""";
        var attributes = QueueAttributes.Default.With(new Dictionary<string, string> { ["Policy"] = policy });

        Assert.Equal(["own", "one"], Labels(Add(attributes, "one")));
    }

    [Fact]
    public void A_permission_goes_by_its_label_and_the_policy_with_the_last()
    {
        var both = Add(Add(QueueAttributes.Default, "one"), "two");

        var left = both.With(QueuePolicy.Remove(both, "one"));
        var none = left.With(QueuePolicy.Remove(left, "two"));

        Assert.Equal(["two"], Labels(left));
        Assert.DoesNotContain("Policy", none.Texts.Keys);
    }

    [Theory]
    [InlineData("one", "000000000001", "SendMessage", "InvalidParameterValue")]
    [InlineData("two words", "000000000001", "SendMessage", "InvalidParameterValue")]
    [InlineData("two", "1", "SendMessage", "InvalidParameterValue")]
    [InlineData("two", "000000000001", "CreateQueue", "InvalidParameterValue")]
    [InlineData("two", "000000000001", "*,*,*,*,*,*,*,*", "OverLimit")]
    [InlineData(null, "000000000001", "SendMessage", "MissingParameter")]
    public void What_SQS_would_refuse_is_refused_with_its_code(string? label, string account, string actions, string code)
    {
        var known = Add(QueueAttributes.Default, "one");
        var request = new SqsRequest { Label = label, AWSAccountIds = [account], Actions = actions.Split(',') };

        Assert.Equal(code, Assert.Throws<AwsException>(() => QueuePolicy.Add(known, Arn, request)).Code);
    }

    [Fact]
    public void A_label_that_is_not_there_cannot_be_removed() =>
        Assert.Equal("InvalidParameterValue", Assert.Throws<AwsException>(() => QueuePolicy.Remove(QueueAttributes.Default, "none")).Code);

    private static QueueAttributes Add(QueueAttributes attributes, string label) => attributes.With(QueuePolicy.Add(
        attributes, Arn, new SqsRequest { Label = label, AWSAccountIds = ["000000000001"], Actions = ["SendMessage"] }));

    private static IEnumerable<string?> Labels(QueueAttributes attributes) => JsonDocument.Parse(attributes.Texts["Policy"]).RootElement
        .GetProperty("Statement").EnumerateArray().Select(statement => statement.GetProperty("Sid").GetString());
}
