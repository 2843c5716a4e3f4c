using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TaskMesh.Core.Workflow;

[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(int))]
internal sealed partial class NodeJson : JsonSerializerContext;
