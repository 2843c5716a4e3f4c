using Microsoft.AspNetCore.Http;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>EC2 on the wire: the Query protocol.</summary>
public sealed class Ec2Endpoint(Ec2Operations operations, CloudIds ids)
{
    public async Task HandleQueryAsync(HttpContext context, QueryParameters parameters)
    {
        var id = ids.Uuid();
        try
        {
            var operation = parameters["Action"];
            var content = operations.Run(operation, parameters);
            await context.Response.WriteXmlAsync(StatusCodes.Status200OK, Ec2Xml.Answer(operation!, id, content), "text/xml;charset=UTF-8");
        }
        catch (AwsException error)
        {
            await context.Response.WriteXmlAsync(error.Status, Ec2Xml.Error(error, id), "text/xml;charset=UTF-8");
        }
    }
}
