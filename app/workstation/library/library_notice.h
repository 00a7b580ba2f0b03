#pragma once
#include <QLabel>

namespace mama {

// What stands where the studies will, or would: how to come to some. Its links are commands by name.
class LibraryNotice : public QLabel
{
    Q_OBJECT
public:
    explicit LibraryNotice(QWidget* parent = nullptr);

    void showStart(const QStringList& recent); // no library is open
    void showOpening(const QString& folder);
    void showEmpty(const QString& folder, bool readOnly);
    struct Clause
    {
        QString text;
        qulonglong studies = 0; // without it
    };
    void showNoHit(const std::vector<Clause>& clauses);
    void showWork(const QString& what); // phantoms are being made

Q_SIGNALS:
    void asked(const QString& command); // "open", "new", "import", "phantoms", "recent:0", "without:1", "all"
};

} // namespace mama
