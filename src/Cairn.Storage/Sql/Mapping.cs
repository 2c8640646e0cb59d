using System.Data;
using Cairn.Kernel;
using Dapper;

namespace Cairn.Storage.Sql;

/// <summary>How values pass between C# and SQL; the same on both databases.</summary>
internal static class Mapping
{
    private static readonly Lazy<bool> Ready = new(() =>
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.TypeMapProvider = type => new RowMap(type);
        SqlMapper.RemoveTypeMap(typeof(bool));
        SqlMapper.RemoveTypeMap(typeof(bool?));
        SqlMapper.AddTypeHandler(new TruthHandler());
        SqlMapper.AddTypeHandler(new DigestHandler());
        SqlMapper.AddTypeHandler(new WorkspaceIdHandler());
        return true;
    });

    public static void Configure() => _ = Ready.Value;

    private sealed class TruthHandler : SqlMapper.TypeHandler<bool>
    {
        public override void SetValue(IDbDataParameter parameter, bool value) => (parameter.DbType, parameter.Value) = (DbType.Int64, value ? 1L : 0L);

        public override bool Parse(object value) => value is bool truth ? truth : Convert.ToInt64(value) != 0;
    }

    private sealed class DigestHandler : SqlMapper.TypeHandler<Digest>
    {
        public override void SetValue(IDbDataParameter parameter, Digest value) => (parameter.DbType, parameter.Value) = (DbType.String, value.Hex);

        public override Digest Parse(object value) => Digest.Parse((string)value);
    }

    private sealed class WorkspaceIdHandler : SqlMapper.TypeHandler<WorkspaceId>
    {
        public override void SetValue(IDbDataParameter parameter, WorkspaceId value) => (parameter.DbType, parameter.Value) = (DbType.String, value.Value);

        public override WorkspaceId Parse(object value) => new((string)value);
    }
}
