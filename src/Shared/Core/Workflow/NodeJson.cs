using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TaskMesh.Core.Workflow;

[JsonSerializable(typeof(JsonNode))]
internal sealed partial class NodeJson : JsonSerializerContext;
