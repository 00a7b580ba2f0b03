// core/protocol/README.md against the messages: the fields that it names for a method are those that the message has,
// no more and no fewer, and its examples are read without complaint.
#include "tests/core/protocol/engine_samples.h"
#include "tests/support/test_data.h"

#include <QFile>
#include <QRegularExpression>
#include <functional>

using namespace mama;
using namespace mama::protocol;
using nlohmann::json;
using Fields = std::set<std::string>;

namespace {

// What the README says under a heading.
struct Section
{
    Fields requestFields, replyFields;   // of its tables
    std::vector<json> requests, replies; // of its examples, → and ←
    std::vector<std::string> broken;     // examples that are no JSON
};

void addExample(Section& section, const QString& text)
{
    const json example = json::parse(text.mid(1).toStdString(), nullptr, false);
    if (example.is_discarded())
        section.broken.push_back(text.toStdString());
    else
        (text.startsWith(QStringLiteral("→")) ? section.requests : section.replies).push_back(example);
}

void addRow(Section& section, const QString& row, bool ofReply)
{
    static const QRegularExpression name(QStringLiteral("`([^`]+)`"));
    for (auto match = name.globalMatch(row.section(QLatin1Char('|'), 1, 1)); match.hasNext();)
        (ofReply ? section.replyFields : section.requestFields).insert(match.next().captured(1).toStdString());
}

std::map<std::string, Section> sections()
{
    QFile file(QString::fromStdString((test::sourceFolder() / "core/protocol/README.md").string()));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    std::map<std::string, Section> out;
    Section* section = &out[""];
    QString example;
    bool ofReply = false;
    const auto finish = [&] {
        if (!example.isEmpty())
            addExample(*section, std::exchange(example, {}));
    };
    const QString text = QString::fromUtf8(file.readAll());
    for (const QString& line : text.left(text.indexOf(QStringLiteral("# The run folder"))).split(QLatin1Char('\n'))) {
        const QString trimmed = line.trimmed();
        const bool indented = line.startsWith(QStringLiteral("    ")) && !trimmed.isEmpty();
        const bool begins =
            indented && (trimmed.startsWith(QStringLiteral("→")) || trimmed.startsWith(QStringLiteral("←")));
        if (begins || !indented)
            finish();
        if (begins || (indented && !example.isEmpty()))
            example += trimmed;
        if (line.startsWith(QStringLiteral("### ")))
            section = &out[line.mid(4).remove(QLatin1Char('`')).toStdString()];
        else if (line.startsWith(QStringLiteral("| field |")) || line.startsWith(QStringLiteral("| reply |")))
            ofReply = line.startsWith(QStringLiteral("| reply |"));
        else if (line.startsWith(QStringLiteral("| `")))
            addRow(*section, line, ofReply);
    }
    finish();
    return out;
}

// Every field below a value, as "images[].path"; what is in a geometry is core/image's, in a text core/base's.
void addFields(const json& value, const std::string& before, Fields& out)
{
    if (value.is_array())
        for (const json& one : value)
            addFields(one, before + "[]", out);
    if (!value.is_object())
        return;
    for (const auto& [key, inner] : value.items()) {
        const std::string path = before.empty() ? key : before + "." + key;
        out.insert(path);
        if (key != "geometry" && key != "reason_text" && key != "warning_texts")
            addFields(inner, path, out);
    }
}

Fields fieldsOf(const json& value)
{
    Fields out;
    addFields(value, {}, out);
    return out;
}

std::string differenceOf(const Fields& said, const Fields& real)
{
    std::string out;
    for (const std::string& field : real)
        if (!said.contains(field))
            out += " lacks " + field;
    for (const std::string& field : said)
        if (!real.contains(field))
            out += " has no " + field;
    return out;
}

// A method as the code has it.
struct Method
{
    std::string name;
    Fields requestFields;
    json reply; // with every field filled; null: described elsewhere
    std::function<void(const json&)> readRequest, readReply;
};

template <class Request>
Method method(const std::vector<Request>& requests)
{
    Method out{Request::method, {}, {}, [](const json& params) { Request::fromJson(params); }, {}};
    for (const Request& request : requests)
        out.requestFields.merge(fieldsOf(request.toJson()));
    return out;
}

template <class Request, class Reply>
Method method(const std::vector<Request>& requests, const Reply& reply)
{
    Method out = method(requests);
    out.reply = reply.toJson();
    if constexpr (requires { Reply::fromJson(json()); })
        out.readReply = [](const json& result) { Reply::fromJson(result); };
    return out;
}

std::vector<Method> methods()
{
    using namespace test;
    HelloReply hello = helloReply();
    hello.model.reset(); // described by load
    return {method<HelloRequest>({helloRequest()}, hello),
            method<ModelsRequest>({modelsRequest()}, modelsReply()),
            method<LoadRequest>({loadRequest()}, LoadReply{modelReply()}),
            method<EncodeRequest>({imagesRequest(), pathsRequest()}, encodeReply()),
            method<QueryRequest>({queryRequest()}, queryReply()),
            method<ClassifyRequest>({promptsRequest(), taskRequest()}, classifyReply()),
            method<TextVectorsRequest>({textVectorsRequest()}, textVectorsReply()),
            method<PrepareRequest>({prepareRequest()}, prepareReply()),
            method<ReleaseRequest>({ReleaseRequest{"1"}}, EmptyReply()),
            method<CacheStatisticsRequest>({}, cacheReply()),
            method<CacheClearRequest>({}),
            method<CancelRequest>({CancelRequest{7}}, CancelReply{true}),
            method<ShutdownRequest>({}, EmptyReply())};
}

} // namespace

class TestEngineReadme : public QObject
{
    Q_OBJECT
private:
    std::map<std::string, Section> m_readme = sections();

private Q_SLOTS:
    void examplesAreJson()
    {
        for (const auto& [heading, section] : m_readme)
            QVERIFY2(section.broken.empty(), section.broken.empty() ? "" : section.broken.front().c_str());
    }

    void namesTheFieldsThatThereAre_data()
    {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const Method& each : methods())
            QTest::newRow(each.name.c_str()) << index++;
    }

    void namesTheFieldsThatThereAre()
    {
        QFETCH(int, index);
        const Method each = methods()[static_cast<std::size_t>(index)];
        const Section said = m_readme[each.name];
        const std::string requests = differenceOf(said.requestFields, each.requestFields);
        QVERIFY2(requests.empty(), ("the request" + requests).c_str());
        QVERIFY2(!said.requests.empty(), "no request is shown");
        for (const json& request : said.requests) {
            QCOMPARE(request.at("method").get<std::string>(), each.name);
            each.readRequest(request.value("params", json::object()));
        }
        if (each.reply.is_null())
            return;
        Fields shown = said.replyFields;
        QVERIFY2(!said.replies.empty(), "no reply is shown");
        for (const json& reply : said.replies) {
            shown.merge(fieldsOf(reply.at("result")));
            if (each.readReply)
                each.readReply(reply.at("result"));
        }
        const std::string replies = differenceOf(shown, fieldsOf(each.reply));
        QVERIFY2(replies.empty(), ("the reply" + replies).c_str());
    }

    // What the test itself does on a wrong document.
    void tellsMissingAndExtraFields()
    {
        QCOMPARE(differenceOf({"a", "b[].c"}, fieldsOf({{"a", 1}, {"b", {{{"c", 1}}}}})), std::string(" lacks b"));
        QCOMPARE(differenceOf({"a", "x"}, fieldsOf({{"a", 1}})), std::string(" has no x"));
    }

    void describesErrorsAndProgress()
    {
        const json error = m_readme["Errors"].replies.at(0).at("error"), progress = m_readme["Progress"].replies.at(0);
        const Failure failure = Failure::fromJson(error);
        QVERIFY(failure.toJson() == error);
        QCOMPARE(progress.at("method").get<std::string>(), std::string(Progress::method));
        QVERIFY(Progress::fromJson(progress.at("params")).toJson() == progress.at("params"));
    }

    void namesEveryKindOfError()
    {
        QFile file(QString::fromStdString((test::sourceFolder() / "core/protocol/README.md").string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(file.readAll());
        for (const ErrorCode code : {ErrorCode::Usage, ErrorCode::Io, ErrorCode::Format, ErrorCode::Unsupported,
                                     ErrorCode::Data, ErrorCode::Model, ErrorCode::Memory, ErrorCode::Internal}) {
            const Failure failure = failureOf(Error(code, "", "", ""));
            const QString row =
                QStringLiteral("| %1 | `%2` |").arg(failure.code).arg(QString::fromStdString(failure.name));
            QVERIFY2(text.contains(row), qPrintable(row));
        }
    }
};

QTEST_GUILESS_MAIN(TestEngineReadme)
#include "test_engine_readme.moc"
