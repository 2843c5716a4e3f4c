using System.Text;
using TaskMesh.LocalCloud.Sqs;

namespace TaskMesh.Unit.LocalCloud.Sqs;

/// <summary>The expected values are answers of SQS itself, as recorded by the tests of LocalStack.</summary>
public class MessageDigestTests
{
    [Fact]
    public void A_body_has_the_digest_that_SQS_gives_it() => Assert.Equal("6e2baaf3b97dbeef01c0043275f9a0e7", MessageDigest.Of("msg"));

    [Theory]
    [InlineData("4c360f3fdafd970e05fae2f149d997f5", "Help.Me=Me", "Hello=There", "General=Kenobi")]
    [InlineData("fca026605781cb4126a1e9044df24232", "Hello=There", "General=Kenobi")]
    [InlineData("a311262e065454b75da111d535b8dacd", "Hello=There")]
    public void Texts_have_the_digest_that_SQS_gives_them(string digest, params string[] attributes)
    {
        var values = attributes.Select(attribute => attribute.Split('='))
            .ToDictionary(pair => pair[0], pair => new MessageAttributeValue("String", pair[1]));

        Assert.Equal(digest, MessageDigest.Of(values));
    }

    [Fact]
    public void Bytes_have_the_digest_that_SQS_gives_them()
    {
        var bytes = Encoding.ASCII.GetBytes("traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01");

        var digest = MessageDigest.Of(new Dictionary<string, MessageAttributeValue> { ["attr1"] = new("Binary", BinaryValue: bytes) });

        Assert.Equal("8cbe4db156db8a94db8b801b7addb984", digest);
    }

    [Fact]
    public void No_attributes_have_no_digest() => Assert.Null(MessageDigest.Of(new Dictionary<string, MessageAttributeValue>()));
}
