using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class QueueAttributesTests
{
    private const string Target = "arn:aws:sqs:eu-west-1:000000000000:dead";

    [Fact]
    public void Defaults_are_those_of_SQS()
    {
        var attributes = QueueAttributes.Default;

        Assert.Equal((30, 345_600, 1_048_576), (Seconds(attributes.VisibilityTimeout), Seconds(attributes.Retention), attributes.MaximumMessageSize));
        Assert.Equal((0, 0), (Seconds(attributes.Delay), Seconds(attributes.ReceiveWait)));
        Assert.Null(attributes.Redrive);
    }

    [Theory]
    [InlineData("VisibilityTimeout", "43201", "InvalidAttributeValue")]
    [InlineData("DelaySeconds", "-1", "InvalidAttributeValue")]
    [InlineData("DelaySeconds", "many", "InvalidAttributeValue")]
    [InlineData("MaximumMessageSize", "1023", "InvalidAttributeValue")]
    [InlineData("FifoQueue", "true", "InvalidAttributeName")]
    [InlineData("visibilitytimeout", "1", "InvalidAttributeName")]
    [InlineData("RedrivePolicy", "[]", "InvalidParameterValue")]
    [InlineData("RedrivePolicy", "{}", "InvalidParameterValue")]
    [InlineData("RedriveAllowPolicy", "{}", "InvalidParameterValue")]
    [InlineData("RedrivePolicy", "{\"deadLetterTargetArn\":\"x\",\"maxReceiveCount\":0}", "InvalidParameterValue")]
    public void What_SQS_would_refuse_is_refused_with_its_code(string name, string value, string code) =>
        Assert.Equal(code, Assert.Throws<AwsException>(() => QueueAttributes.Default.With(Set(name, value))).Code);

    [Theory]
    [InlineData("3")]
    [InlineData("\"3\"")]
    public void A_redrive_policy_is_kept_in_its_plain_form(string count)
    {
        var policy = $$"""{ "maxReceiveCount": {{count}}, "deadLetterTargetArn": "{{Target}}", "other": 1 }""";

        var attributes = QueueAttributes.Default.With(Set("RedrivePolicy", policy));

        Assert.Equal(new RedrivePolicy(Target, 3), attributes.Redrive);
        Assert.Equal($"{{\"deadLetterTargetArn\":\"{Target}\",\"maxReceiveCount\":3}}", attributes.Texts["RedrivePolicy"]);
    }

    [Fact]
    public void An_empty_text_takes_the_redrive_policy_away()
    {
        var attributes = QueueAttributes.Default.With(Set("RedrivePolicy", new RedrivePolicy(Target, 3).ToString()));

        Assert.Null(attributes.With(Set("RedrivePolicy", "")).Redrive);
    }

    [Fact]
    public void Only_attributes_that_are_asked_for_can_differ()
    {
        var attributes = QueueAttributes.Default.With(Set("DelaySeconds", "5"));

        Assert.Null(attributes.Difference(Set("DelaySeconds", "5")));
        Assert.Null(attributes.Difference(new Dictionary<string, string>()));
        Assert.Equal("DelaySeconds", attributes.Difference(Set("DelaySeconds", "6")));
    }

    private static Dictionary<string, string> Set(string name, string value) => new() { [name] = value };

    private static int Seconds(TimeSpan time) => (int)time.TotalSeconds;
}
