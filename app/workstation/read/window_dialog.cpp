#include "app/workstation/read/window_dialog.h"

#include "core/study/study.h"

#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QRadioButton>

namespace mama {
namespace {

constexpr double most = 1e7;   // of values after modality
constexpr double least = 1e-3; // of a width; a linear one is 1 at least (PS3.3 C.11.2.1.2)

QString kindText(const viewer::ViewImage& image, const viewer::Shade& shade)
{
    const VoiChoice& voi = image.voi()[static_cast<std::size_t>(shade.choice)];
    const QString kind = voi.table                                              ? WindowDialog::tr("VOI LUT, stretched")
                         : shade.window.function == WindowFunction::Sigmoid     ? WindowDialog::tr("sigmoid")
                         : shade.window.function == WindowFunction::LinearExact ? WindowDialog::tr("linear, exact")
                                                                                : WindowDialog::tr("linear");
    const QString name = QString::fromStdString(voi.explanation()).simplified();
    return name.isEmpty() ? kind : WindowDialog::tr("%1, of %2").arg(kind, name);
}

QDoubleSpinBox* numberField(QWidget* parent, const QString& name, double from, double value, double width)
{
    auto* field = new QDoubleSpinBox(parent);
    field->setAccessibleName(name);
    field->setDecimals(width < 20 ? 4 : 1);
    field->setRange(from, most);
    field->setCorrectionMode(QAbstractSpinBox::CorrectToNearestValue);
    field->setSingleStep(width < 20 ? 0.01 : 10);
    field->setValue(value);
    field->selectAll();
    return field;
}

} // namespace

WindowDialog::WindowDialog(viewer::PaneView& view, const viewer::PaneId& of, QWidget* parent)
    : QDialog(parent), m_view(view), m_of(of)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("window.numbers"));
    const viewer::ViewImage& image = *view.image(of);
    const viewer::Shade shade = view.shade(of);
    const std::vector<viewer::PaneId> group = view.windowGroup(of);
    for (const viewer::PaneId& each : group)
        m_before[each] = view.shade(each).window;
    const QString label = QString::fromStdString(image.facts().label);
    setWindowTitle(label.isEmpty() ? tr("Window") : tr("Window of %1").arg(label));
    const bool linear = shade.window.function == WindowFunction::Linear;
    m_centre = numberField(this, tr("Centre"), -most, shade.window.centre, shade.window.width);
    m_width = numberField(this, tr("Width"), linear ? 1 : least, shade.window.width, shade.window.width);
    m_all = new QRadioButton(tr("&all %1 linked views").arg(group.size()), this);
    m_one = new QRadioButton(tr("&this view alone"), this);
    m_all->setEnabled(group.size() > 1);
    (group.size() > 1 ? m_all : m_one)->setChecked(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    auto* form = new QFormLayout(this);
    form->addRow(tr("&Centre"), m_centre);
    form->addRow(tr("&Width"), m_width);
    form->addRow(tr("Kind"), new QLabel(kindText(image, shade), this));
    form->addRow(tr("For"), m_all);
    form->addRow(QString(), m_one);
    form->addRow(buttons);
    for (const QDoubleSpinBox* field : {m_centre, m_width})
        connect(field, &QDoubleSpinBox::valueChanged, this, &WindowDialog::apply);
    connect(m_all, &QRadioButton::toggled, this, &WindowDialog::apply);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(this, &QDialog::rejected, this, &WindowDialog::takeBack);
    m_centre->setFocus();
}

void WindowDialog::takeBack()
{
    for (const auto& [pane, window] : m_before)
        m_view.setWindow(pane, window);
}

void WindowDialog::apply()
{
    takeBack();
    for (const auto& [pane, window] : m_before) {
        if (pane != m_of && !m_all->isChecked())
            continue;
        Window changed = window;
        changed.centre = m_centre->value();
        changed.width = m_width->value();
        m_view.setWindow(pane, changed);
    }
}

} // namespace mama
