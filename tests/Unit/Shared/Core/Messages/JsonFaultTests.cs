using System.Text;
using System.Text.Json;
using TaskMesh.Core.Messages;

namespace TaskMesh.Unit.Shared.Core.Messages;

public class JsonFaultTests
{
    [Theory]
    [InlineData("", "line 1, column 1: there is no JSON here")]
    [InlineData("{\n\"a\":}", "line 2, column 5: a value belongs here, not '}'")]
    [InlineData("{\n\n  a:1}", "line 3, column 3: a field's name in double quotes belongs here, not 'a'")]
    [InlineData("{\"a\" 1}", "line 1, column 6: a colon belongs here, not '1'")]
    [InlineData("{\"a\":1,}", "line 1, column 8: there is a comma behind the last value of the object")]
    [InlineData("{\"é\":1 \"b\":2}", "line 1, column 8: a comma or a closing bracket belongs here, not '\"'")]
    [InlineData("{\"a\":[1,2}", "line 1, column 10: there is no '{' or '[' to this '}'")]
    [InlineData("{\"a\":1x}", "line 1, column 7: 'x' does not belong to a number")]
    [InlineData("{\"a\":tru}", "line 1, column 9: this is no value; 'true' would be")]
    [InlineData("{\"a\":\"x\ny\"}", "line 1, column 8: a line ends within a text: close it by \", or write \\n")]
    [InlineData("{\"a\":\"x", "line 1, column 8: a text is not closed by \"")]
    [InlineData("{\"a\":[]", "line 1, column 8: the text ends before every { and [ is closed")]
    [InlineData("{} x", "line 1, column 4: nothing may follow the end of the JSON, and 'x' does")]
    [InlineData("{\"a\":\"\\q\"}", "line 1, column 8: there is no escape \\q")]
    public void What_is_no_JSON_is_told_by_its_place(string json, string sentence)
    {
        var error = Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(json));

        Assert.Equal(sentence, $"{JsonFault.Of(error, Encoding.UTF8.GetBytes(json))}");
    }

    [Theory]
    [InlineData("{\"allow\":\"x\"}", "line 1, column 10: allow: a list in [ ] belongs here")]
    [InlineData("{\"allow\":[1]}", "line 1, column 11: allow[0]: a text in double quotes belongs here")]
    [InlineData("{\"allowPrivate\":\"yes\"}", "line 1, column 17: allowPrivate: true or false belongs here")]
    [InlineData("{\"validFrom\":\"soon\"}", "line 1, column 14: validFrom: a time such as 2026-01-31T08:00:00Z belongs here")]
    [InlineData("{\"allow\":[],\n \"allowed\":[]}", "line 2, column 2: there is no field 'allowed' here")]
    [InlineData("{\"allow\":[], \"allow\":[]}", "line 1, column 14: the field 'allow' is there twice")]
    [InlineData("{\"allow\":[]}", "these fields are missing: 'authoriser', 'reference', 'validFrom', 'validUntil'")]
    [InlineData("[]", "line 1, column 1: this value has another form than it should")]
    public void What_does_not_belong_into_it_is_told_in_words_of_who_wrote_it(string json, string sentence)
    {
        var error = Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, MessageJson.Default.ScanScope));

        Assert.Equal(sentence, $"{JsonFault.Of(error, Encoding.UTF8.GetBytes(json))}");
    }
}
