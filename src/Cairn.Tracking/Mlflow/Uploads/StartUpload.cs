using System.Globalization;
using System.Security.Cryptography;
using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Uploads;

/// <summary>POST mlflow-artifacts/mpu/create/{folder}: a file will come in parts; answers where each of them goes.</summary>
internal static class StartUpload
{
    private const int MostParts = 10_000, LargestAnswer = 16 << 20;

    public static void Map(MlflowRoutes routes) => routes.Upload("create/{**path}", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var (file, parts) = call.Read(static (ref ProtoReader reader) =>
        {
            string? path = null;
            long? parts = null;
            while (reader.Next())
            {
                if (reader.Is("path"u8)) path = reader.Text("path");
                else if (reader.Is("num_parts"u8)) parts = reader.Whole("num_parts");
                else reader.Skip();
            }

            return (string.IsNullOrEmpty(path) ? throw MlflowException.Required("path") : path, parts ?? 1);
        });
        var address = ArtifactUpload.AddressOf(call, file);
        if (address.Path.Length == 0) throw MlflowException.Invalid("Invalid path");
        if (parts is < 1 or > MostParts) throw MlflowException.Invalid($"A file comes in 1 to {MostParts} parts, not in {parts}. Make the parts larger (MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE).");
        var sent = PartPlace.Of(call.Request);
        if (parts * sent.Length > LargestAnswer) throw MlflowException.Invalid($"{parts} parts, each with this Authorization, do not fit into an answer. Make the parts larger (MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE).");

        var upload = new ArtifactUpload { UploadId = RandomNumberGenerator.GetHexString(32, lowercase: true), Owner = address.Owner, Path = address.Path, Parts = parts };
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            address.Require(transaction, call.Workspace, write: true);
            ArtifactUpload.Insert(transaction, call.Workspace, upload, now);
            return true;
        });
        await call.Reply((upload, sent), static (json, started) =>
        {
            json.WriteStartObject();
            json.WriteString("upload_id"u8, started.upload.UploadId);
            json.WriteStartArray("credentials"u8);
            for (var number = 1; number <= started.upload.Parts; number++)
            {
                json.WriteStartObject();
                json.WriteString("url"u8, string.Create(CultureInfo.InvariantCulture, $"{started.sent.Parts}{started.upload.UploadId}/{number}"));
                json.WriteNumber("part_number"u8, number);
                json.WriteStartObject("headers"u8);
                if (started.sent.Authorization.Length > 0) json.WriteString("Authorization"u8, started.sent.Authorization);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
