using System.Reflection;
using Dapper;

namespace Cairn.Storage.Sql;

/// <summary>
/// Maps rows to records by the names of the constructor's parameters and converts the values. Dapper's own map asks for exact types, which
/// the databases do not agree on: an expression that is NULL has no type in SQLite, a sum of BIGINT is a decimal in PostgreSQL.
/// </summary>
internal sealed class RowMap(Type type) : SqlMapper.ITypeMap
{
    private readonly DefaultTypeMap _map = new(type);

    public ConstructorInfo? FindConstructor(string[] names, Type[] types) =>
        _map.FindConstructor(names, types) ?? type.GetConstructors().FirstOrDefault(constructor => Takes(constructor, names));

    public ConstructorInfo? FindExplicitConstructor() => null;

    public SqlMapper.IMemberMap? GetConstructorParameter(ConstructorInfo constructor, string columnName) =>
        constructor.GetParameters().FirstOrDefault(p => Same(p.Name, columnName)) is { } parameter ? new ParameterMap(columnName, parameter) : null;

    public SqlMapper.IMemberMap? GetMember(string columnName) => _map.GetMember(columnName);

    private static bool Takes(ConstructorInfo constructor, string[] names) =>
        constructor.GetParameters() is var parameters && parameters.Length == names.Length && parameters.Zip(names).All(pair => Same(pair.First.Name, pair.Second));

    private static bool Same(string? parameter, string column) =>
        string.Equals(parameter, column.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private sealed class ParameterMap(string column, ParameterInfo parameter) : SqlMapper.IMemberMap
    {
        public string ColumnName => column;

        public Type MemberType => parameter.ParameterType;

        public PropertyInfo? Property => null;

        public FieldInfo? Field => null;

        public ParameterInfo Parameter => parameter;
    }
}
