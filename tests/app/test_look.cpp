// How controls look in both themes, where Qt's own style hides something.
#include "app/workstation/look/theme.h"

#include <QApplication>
#include <QComboBox>
#include <QRadioButton>
#include <QStyleOptionComboBox>
#include <QTest>
#include <algorithm>
#include <cstdlib>

using namespace mama;

class TestLook : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void themes_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("dark") << true;
        QTest::newRow("light") << false;
    }

    // What does not fit in a closed list ends with an ellipsis; what fits stays whole.
    void aClosedListSaysThatItIsCut_data() { themes_data(); }
    void aClosedListSaysThatItIsCut()
    {
        QFETCH(bool, dark);
        applyTheme(*qApp, dark ? Theme::Dark : Theme::Light);
        QComboBox box;
        box.addItems({QStringLiteral("standard: as the model was trained: the patches' own embeddings"),
                      QStringLiteral("standard…"), QStringLiteral("WWWWW")});
        box.setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box.setFixedSize(160, 30);
        QStyleOptionComboBox option;
        option.initFrom(&box);
        option.subControls = QStyle::SC_All;
        const QRect field =
            box.style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, &box);
        const QImage cut = box.grab().toImage();
        box.setItemText(1, box.fontMetrics().elidedText(box.itemText(0), Qt::ElideRight, field.width() - 4));
        QVERIFY(box.itemText(1).endsWith(QChar(0x2026)) && box.itemText(1).startsWith(QStringLiteral("stand")));
        box.setCurrentIndex(1);
        QCOMPARE(box.grab().toImage(), cut);
        box.setCurrentIndex(2);
        QVERIFY(box.grab().toImage() != cut);
    }

    // A choice that is not taken can be seen.
    void anEmptyRingIsSeen_data() { themes_data(); }
    void anEmptyRingIsSeen()
    {
        QFETCH(bool, dark);
        applyTheme(*qApp, dark ? Theme::Dark : Theme::Light);
        QRadioButton button;
        button.setFixedSize(24, 24);
        const QImage image = button.grab().toImage();
        const int ground = qGray(image.pixel(23, 0));
        int most = 0;
        for (int x = 0; x < 16; ++x)
            most = std::max(most, std::abs(qGray(image.pixel(x, 12)) - ground));
        QVERIFY2(most >= 50, qPrintable(QString::number(most)));
    }
};

QTEST_MAIN(TestLook)
#include "test_look.moc"
