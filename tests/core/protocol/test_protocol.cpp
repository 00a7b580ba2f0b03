#include "core/protocol/base64.h"
#include "core/protocol/engine_requests.h"
#include "core/protocol/json_rpc.h"
#include "core/protocol/line_splitter.h"
#include "core/protocol/parameters.h"
#include "core/protocol/provenance_line.h"
#include "tests/support/test_data.h"

#include <limits>

using namespace mama;
using namespace mama::protocol;
using nlohmann::json;

class TestProtocol : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aRequestIsRead()
    {
        const Message message = parseLine(R"({"jsonrpc":"2.0","id":7,"method":"query","params":{"study":"1"}})");
        QVERIFY(message.valid);
        QVERIFY(!message.notification);
        QCOMPARE(message.id.get<int>(), 7);
        QCOMPARE(message.method, std::string("query"));
        QCOMPARE(message.params.at("study").get<std::string>(), std::string("1"));
        for (const char* wrong : {R"({"jsonrpc":"2.0","id":1,"id":2,"method":"hello"})",
                                  R"({"jsonrpc":"2.0","id":1,"method":"hello","params":{"a":1,"a":2}})",
                                  R"({"jsonrpc":"2.0","id":1,"method":"hello","extra":1})"})
            QCOMPARE(parseLine(wrong).problem.code, code::request);
        QVERIFY(!parseLine(R"({"jsonrpc":"2.0","id":1,"method":"hello","params":{"a":1e999}})").valid);
        Failure endless = failure(code::method, "method", std::string(100'000, 'x'), "no such method");
        QVERIFY(errorLine(1, endless).size() < 5'000);
        QVERIFY(parseLine(R"({"jsonrpc":"2.0","method":"cancel"})").notification);
        QVERIFY(parseLine(R"({"jsonrpc":"2.0","method":"cancel"})").valid);
    }

    // Codes of the JSON-RPC 2.0 specification, section 5.1.
    void brokenLinesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("code");
        QTest::newRow("empty") << QByteArray() << -32700;
        QTest::newRow("half") << QByteArray("{\"jsonrpc\":\"2.0\",\"id\":1,\"met") << -32700;
        QTest::newRow("not UTF-8") << QByteArray("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}") << -32700;
        QTest::newRow("zero byte") << QByteArray("\0", 1) << -32700;
        QTest::newRow("deep") << QByteArray(200000, '[') << -32700;
        QTest::newRow("number") << QByteArray("42") << -32600;
        QTest::newRow("batch") << QByteArray("[]") << -32600;
        QTest::newRow("no version") << QByteArray(R"({"id":1,"method":"hello"})") << -32600;
        QTest::newRow("other version") << QByteArray(R"({"jsonrpc":"1.0","id":1,"method":"hello"})") << -32600;
        QTest::newRow("no method") << QByteArray(R"({"jsonrpc":"2.0","id":1})") << -32600;
        QTest::newRow("method no text") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":3})") << -32600;
        QTest::newRow("id null") << QByteArray(R"({"jsonrpc":"2.0","id":null,"method":"hello"})") << -32600;
        QTest::newRow("id object") << QByteArray(R"({"jsonrpc":"2.0","id":{},"method":"hello"})") << -32600;
        QTest::newRow("params list") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"hello","params":[1]})")
                                     << -32602;
    }

    void brokenLinesAreRefused()
    {
        QFETCH(QByteArray, line);
        QFETCH(int, code);
        const Message message = parseLine(std::string_view(line.constData(), static_cast<std::size_t>(line.size())));
        QVERIFY(!message.valid);
        QCOMPARE(message.problem.code, code);
    }

    void deeplyNestedValidJsonIsHarmless()
    {
        const std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":)" + std::string(100000, '[') +
                                 std::string(100000, ']') + "}}";
        QVERIFY(parseLine(deep).valid);
    }

    void repliesAreOneLine()
    {
        const std::string reply = errorLine(3, failureOf(Error(ErrorCode::Io, "open", "/x/a\nb.dcm", "no such file")));
        QCOMPARE(reply.find('\n'), reply.size() - 1);
        const json read = json::parse(reply);
        QCOMPARE(read.at("id").get<int>(), 3);
        QCOMPARE(read.at("error").at("code").get<int>(), -32010);
        QCOMPARE(read.at("error").at("data").at("code").get<std::string>(), std::string("io"));
        QCOMPARE(read.at("error").at("data").at("where").get<std::string>(), std::string("/x/a\nb.dcm"));
        const std::string result =
            resultLine("a", {{"path", "bad \xFF byte\n"}, {"number", std::numeric_limits<double>::quiet_NaN()}});
        QCOMPARE(result.find('\n'), result.size() - 1);
        QVERIFY(json::parse(result).at("result").at("number").is_null());
    }

    void resultsNameTheirModel()
    {
        ModelSource source{"mine", "0123456789abcdef", "phantoms", "mama v1", "fp32", "CPU"};
        const auto line = [&](ProvenanceForm form) { return provenanceLine(source, form).english(); };
        QCOMPARE(line(ProvenanceForm::Note), std::string("trained on: phantoms"));
        QCOMPARE(line(ProvenanceForm::Paragraph),
                 std::string("Model mine (01234567), trained on: phantoms. Profile mama "
                             "v1, fp32 on CPU. Not for clinical use."));
        QCOMPARE(line(ProvenanceForm::Picture),
                 std::string("Model mine 0123456789ab, trained on phantoms, fp32 on CPU"));
        QCOMPARE(line(ProvenanceForm::Command),
                 std::string("Model mine 0123456789ab, trained on: phantoms. Not for clinical use."));
        source.licence = "MIT";
        QCOMPARE(line(ProvenanceForm::Command),
                 std::string("Model mine 0123456789ab, trained on: phantoms. Not for clinical use. Licence: MIT."));
        source.licence.clear();
        source.trainedOn.clear();
        source.step = 400;
        QCOMPARE(line(ProvenanceForm::Note), std::string("trained on: unknown"));
        QCOMPARE(
            line(ProvenanceForm::Checkpoint),
            std::string("Model mine (01234567), checkpoint of step 400, trained on: unknown data. Not for clinical "
                        "use."));
    }

    void linesAreCutWhereverTheBytesBreak()
    {
        LineSplitter splitter(5);
        QVERIFY(splitter.add("ab").empty());
        auto lines = splitter.add("c\r\nde\n\nlong line");
        QCOMPARE(lines.size(), std::size_t{3});
        QCOMPARE(lines[0].text, std::string("abc"));
        QCOMPARE(lines[1].text, std::string("de"));
        QCOMPARE(lines[2].text, std::string());
        lines = splitter.add(" goes on\n12345\n123456\nend");
        QCOMPARE(lines.size(), std::size_t{3});
        QVERIFY(lines[0].tooLong && lines[0].text.empty());
        QCOMPARE(lines[1].text, std::string("12345"));
        QVERIFY(lines[2].tooLong);
        lines = splitter.finish();
        QCOMPARE(lines.size(), std::size_t{1});
        QCOMPARE(lines[0].text, std::string("end"));
        QVERIFY(splitter.finish().empty());
    }

    // Test vectors of RFC 4648, section 10.
    void base64IsStandard()
    {
        QCOMPARE(base64(""), std::string());
        QCOMPARE(base64("f"), std::string("Zg=="));
        QCOMPARE(base64("fo"), std::string("Zm8="));
        QCOMPARE(base64("foobar"), std::string("Zm9vYmFy"));
        QCOMPARE(base64(std::string_view("\xff\xfe\x00", 3)), std::string("//4A"));
        for (const char* bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
            QCOMPARE(bytesOfBase64(base64(bytes)).value_or("none"), std::string(bytes));
        QCOMPARE(bytesOfBase64("//4A").value_or("none"), std::string("\xff\xfe\x00", 3));
        for (const char* wrong : {"Z", "Zg", "Zg=", "Zg==Zg==", "====", "Z===", "Zm9v\n", "Zm 9"})
            QVERIFY2(!bytesOfBase64(wrong), wrong);
    }

    // The client's side of the lines.
    void answersAreTold()
    {
        const Answer result = parseAnswer(resultLine(7, {{"a", 1}}));
        QVERIFY(result.kind == Answer::Kind::Result && result.id == 7 && result.result.at("a") == 1);
        const Failure failure{-32010, "io", "open", "/x/a.dcm", "no such file"};
        const Answer failed = parseAnswer(errorLine("x", failure));
        QVERIFY(failed.kind == Answer::Kind::Failed && failed.id == "x" && failed.failure == failure);
        QCOMPARE(failed.failure.message(), std::string("open: /x/a.dcm: no such file"));
        const Progress progress{7, 1, 4, "encode images"};
        const Answer told = parseAnswer(notificationLine(Progress::method, progress.toJson()));
        QVERIFY(told.kind == Answer::Kind::Progress && told.progress == progress);
        for (const char* other :
             {"", "{", "[]", "42", R"({"method":"other"})", R"({"method":"progress","params":{"id":1}})",
              R"({"id":1,"error":"no object"})", R"({"id":1})"})
            QVERIFY2(parseAnswer(other).kind == Answer::Kind::Other, other);
        const Message request = parseLine(requestLine(3, "query", {{"study", "1"}}));
        QVERIFY(request.valid && request.id == 3 && request.method == "query" && request.params.at("study") == "1");
    }

    void foldersAreAList()
    {
        QCOMPARE(protocol::ModelsRequest::fromJson({{"folders", {"/a", "/b"}}}).folders.size(), std::size_t{2});
        QVERIFY_EXCEPTION_THROWN(protocol::ModelsRequest::fromJson({{"folders", "/a"}}), Error);
    }

    void parametersAreChecked()
    {
        const json object =
            json::parse(R"({"name":"x","on":true,"n":3,"list":["a","b"],"one":"c","huge":99999999999999,"half":1.5})");
        Parameters parameters(object);
        QCOMPARE(parameters.text("name"), std::string("x"));
        QCOMPARE(parameters.flag("on", false), true);
        QCOMPARE(parameters.number("n", 0, 1, 3), 3);
        QCOMPARE(parameters.number("absent", 9, 1, 3), 9);
        QCOMPARE(parameters.texts("list", 1, 2).size(), std::size_t{2});
        QCOMPARE(parameters.texts("one", 1, 2).size(), std::size_t{1});
        QVERIFY_EXCEPTION_THROWN(parameters.text("n"), Error);
        QVERIFY_EXCEPTION_THROWN(parameters.text("nothing"), Error);
        QVERIFY_EXCEPTION_THROWN(parameters.number("huge", 0, 0, 10), Error);
        QVERIFY_EXCEPTION_THROWN(parameters.number("half", 0, 0, 10), Error);
        QVERIFY_EXCEPTION_THROWN(parameters.texts("list", 3, 9), Error);
        parameters.finish();
        Parameters lazy(object);
        QVERIFY_EXCEPTION_THROWN(lazy.finish(), Error);
    }
};

QTEST_GUILESS_MAIN(TestProtocol)
#include "test_protocol.moc"
