#include "app/workstation/train/train_start.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace mama {
namespace {

constexpr int lineWidth = 560; // a line that can be read

} // namespace

TrainStart::TrainStart(QWidget* parent) : QWidget(parent)
{
    auto* text = new QLabel(
        tr("<h2>No run yet</h2>"
           "<p>A run trains a model on a data set with <b>images/</b> and <b>tables/</b> (EMBED's layout; <b>mama phantom</b> makes one), "
           "starting from a model folder. It is a process of its own: it goes on when this window is closed.</p>"
           "<p>To follow a run that exists, at work or ended, on this machine or on a shared file system, open its folder or drop it here: "
           "the one with <b>config.json</b> and <b>state.json</b>. A folder with many of them is watched: runs that begin there appear by "
           "themselves.</p>"),
        this);
    text->setObjectName(QStringLiteral("trainStart"));
    text->setWordWrap(true);
    auto* make = new QPushButton(tr("Make a run…"), this);
    make->setDefault(true);
    auto* open = new QPushButton(tr("Open runs…"), this);
    connect(make, &QPushButton::clicked, this, &TrainStart::newAsked);
    connect(open, &QPushButton::clicked, this, &TrainStart::openAsked);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(make);
    buttons->addWidget(open);
    buttons->addStretch(1);
    auto* block = new QWidget(this);
    block->setFixedWidth(lineWidth);
    auto* inner = new QVBoxLayout(block);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(12);
    inner->addWidget(text);
    inner->addLayout(buttons);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(block);
    row->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->addStretch(2);
    column->addLayout(row);
    column->addStretch(3);
}

} // namespace mama
